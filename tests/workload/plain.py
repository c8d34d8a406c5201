"""A recount of the ledger as plainly as it can be told: loops, lists, and nothing of ours."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from statistics import mean

# England, on weekdays, for the years in which the tests' work is received and handed over.
BANK_HOLIDAYS = {
    date(2026, 1, 1), date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 4), date(2026, 5, 25),
    date(2026, 8, 31), date(2026, 12, 25), date(2026, 12, 28),
}  # fmt: skip
PENCE = {"gp": 450, "nurse": 100, "administrator": 45, "receptionist": 40}
FREE = ("NHS_FREE", "ACCESS", "LEGAL_DUTY")


def english_day(at: datetime) -> date:
    """The day on the clock in London: an hour ahead from late March to late October."""
    at = at.astimezone(UTC)
    begins, ends = (last_sunday(at.year, month) + timedelta(hours=1) for month in (3, 10))
    return (at + timedelta(hours=1) if begins <= at < ends else at).date()


def last_sunday(year: int, month: int) -> datetime:
    day = datetime(year, month, 31, tzinfo=UTC)
    return day - timedelta(days=(day.weekday() + 1) % 7)


def working_days(received: date, left: date) -> int:
    days = [received + timedelta(days=one) for one in range(1, (left - received).days + 1)]
    return len([day for day in days if day.weekday() < 5 and day not in BANK_HOLIDAYS])


class Ledger:
    """Rows as dicts, with the values that `note` was given, an id, and what they correct."""

    def __init__(self, rows, order):
        corrected = {row.get("corrects") for row in rows}
        self.rows = [
            dict(row) for row in rows if row["id"] not in corrected and row["kind"] != "struck"
        ]
        for row in self.rows:
            is_arrival = row["kind"] == "received" and row.get("received_on")
            row["day"] = row["received_on"] if is_arrival else english_day(row["at"])
        cases = defaultdict(list)
        for row in self.rows:
            cases[row.get("request_id") or row["id"]].append(row)
        self.cases = []
        for case in cases.values():
            case.sort(key=lambda row: (row["at"], order.index(row["kind"]), row["id"]))
            self.cases.append(case)
            self._tell(case)

    def _tell(self, case):
        """Give each row the type, class, organisation, payer, outcome and rule that count."""
        is_request = bool(case[0].get("request_id"))
        said = [row for row in case if row["kind"] != "letter" or not is_request]
        for name in ("slug", "family", "requester_class", "requester_id"):
            known = [row[name] for row in said if row.get(name)]
            for row in case:
                row["about_" + name] = known[-1] if known else ""
        if any(row.get("step") == "restricted" for row in case):
            for row in case:
                row["about_requester_id"] = ""
        payers = [row["payer"] for row in case if row.get("payer")]
        number = 0
        for place, row in enumerate(case):
            number += row["kind"] == "reopened" and place > 0
            row["round"] = number
            row["about_payer"] = payers[-1] if payers else ""
        for row in case:
            decided = [one for one in case if one["round"] == row["round"]
                       and one["kind"] == "triaged"]  # fmt: skip
            row["decision"] = decided[-1] if decided else None
            last = row["decision"] or row
            row["about_outcome"] = last["outcome"] if decided or not is_request else ""
            row["about_rule"] = last.get("rule") or ""

    def figures(self, since, until, is_wanted):
        """Every measure over the rows of these days that are wanted."""
        rows = [row for row in self.rows if since <= row["day"] <= until and is_wanted(row)]
        decisions = [row for row in rows if row["decision"] is row]
        refused = [row for row in decisions if row["outcome"] in ("DECLINE", "REDIRECT")]
        avoided = [row for row in refused if not self.came_back(row, within=30)]
        timed = [row for row in rows if row.get("seconds") is not None]
        stated = [row for row in rows if row.get("minutes_stated")]
        left = [row for row in rows if row["kind"] == "released" and self.is_first(row)]
        spent = sum(
            (row.get("seconds") or 0) / 60 + (row.get("minutes_stated") or 0)
            for one in avoided for row in self.round_of(one)
        )  # fmt: skip
        gp = sum(row["seconds"] / 60 for row in timed if row["role"] == "gp")
        gp += sum(row["minutes_stated"] for row in stated if row["role"] == "gp")
        cost = sum(Fraction(row["seconds"], 60) * PENCE[row["role"]] for row in timed)
        cost += sum(row["minutes_stated"] * PENCE[row["role"]] for row in stated)
        paid = sum(row["fee_pence"] for row in rows if row["kind"] == "paid")
        paid -= sum(abs(row["fee_pence"]) for row in rows if row["kind"] == "refunded")
        due = [row for row in left if row.get("due_on")]
        desk = [row["seconds"] for row in timed if row["kind"] == "triaged"]
        waived = [row for row in rows if row["kind"] == "waived"]
        waits = [working_days(row["received_on"], row["day"]) for row in left
                 if row.get("received_on") and row["about_outcome"] != "ACCESS"]  # fmt: skip
        return {
            "requests": len([row for row in rows if row["kind"] == "received"
                             and row is self.arrival(row)]),
            "requests_per_1000": None,
            "decided": len(decisions),
            "avoided": len(avoided),
            "minutes_avoided": sum(row.get("minutes_expected") or 0 for row in avoided) - spent,
            "minutes_measured": sum(row["seconds"] for row in timed) / 60,
            "minutes_stated": sum(row["minutes_stated"] for row in stated),
            "minutes_expected": sum(row.get("minutes_expected") or 0 for row in rows
                                    if row["kind"] != "triaged"),
            "gp_minutes": gp,
            "appointments": gp / 10,
            "cost": round(cost),
            "recovered": paid,
            "net": round(paid - cost),
            "recovery": float(paid / cost * 100) if cost else None,
            "invoiced": sum(row["fee_pence"] for row in rows if row["kind"] == "invoiced")
            - sum(row["fee_pence"] for row in rows if row["kind"] == "credited"),
            "released": len(left),
            "turnaround_median": nearest_rank(waits, 0.5),
            "turnaround_90th": nearest_rank(waits, 0.9),
            "in_target": share([row["day"] <= row["due_on"] for row in due]),
            "access_median": nearest_rank(self.access(left), 0.5),
            "access_90th": nearest_rank(self.access(left), 0.9),
            "breaches": sum(self.breaches(row) for row in rows),
            "reopen_rate": share([self.came_back(row) for row in refused]),
            "fees_refused": len([row for row in decisions if self.was_refused(row)]),
            "seconds_to_outcome": mean(desk) if desk else None,
            "disagreed": share([any(one["kind"] == "disputed" for one in self.round_of(row))
                                for row in decisions]),
            "waivers": len(waived),
            "waived_value": sum(row["fee_pence"] for row in waived),
            "letters": len([row for row in rows if row["outcome"] == "issued"
                            or row["kind"] == "replied"]),
            "discarded": len([row for row in rows if row["outcome"] == "discarded"]),
            "pages": sum(row.get("pages") or 0 for row in rows),
            "timed": len(timed),
        }  # fmt: skip

    def case_of(self, row):
        return next(case for case in self.cases if row in case)

    def round_of(self, row):
        return [one for one in self.case_of(row) if one["round"] == row["round"]]

    def arrival(self, row):
        return next(one for one in self.case_of(row) if one["kind"] == "received")

    def is_first(self, row):
        return row is next(one for one in self.round_of(row) if one["kind"] == "released")

    def came_back(self, row, within=10_000):
        later = [one for one in self.case_of(row) if one["round"] == row["round"] + 1]
        return bool(later) and (later[0]["day"] - row["day"]).days <= within

    def was_refused(self, row):
        by_rule = row.get("rule") in ("R26", "R29", "R33", "R36")
        return by_rule or any(one["kind"] == "refused" for one in self.round_of(row))

    def access(self, left):
        return [(row["day"] - row["received_on"]).days for row in left if row.get("received_on")
                and row["about_outcome"] == "ACCESS"]  # fmt: skip

    def breaches(self, row):
        found = row["kind"] == "breached"
        if row["kind"] == "released" and row.get("due_on") and row["day"] > row["due_on"]:
            found += (row["about_outcome"] == "ACCESS") + (row["about_rule"] == "R02")
        charges = [one for one in self.case_of(row) if one["kind"] in ("quoted", "invoiced", "paid")
                   and one["fee_pence"] > 0]  # fmt: skip
        free = row["about_outcome"] in FREE or (
            row["about_outcome"] == "STATE_FEE" and row["about_payer"] == "patient"
        )
        return found + bool(free and charges and charges[0] is row)


def nearest_rank(values, part):
    """The smallest value that at least this part of the values do not exceed."""
    for value in sorted(values):
        if len([one for one in values if one <= value]) >= part * len(values) - 1e-9:
            return value
    return None


def share(truths):
    return sum(truths) / len(truths) * 100 if truths else None
