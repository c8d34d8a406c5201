"""Every pair of states: allowed, or refused in words that say what to do; each guard both ways."""

from dataclasses import replace
from datetime import date

import pytest

from lettergen.requests.life import guards, moves
from lettergen.requests.life.guards import Facts, Money, Sight, Step
from lettergen.requests.life.refusals import NotPossible
from lettergen.requests.life.states import COLUMNS, MOVES, STATES, column_of, from_here

TODAY = date(2026, 11, 20)
GUARDS = [one for one in vars(guards).values() if isinstance(one, guards.Guard)]
DOCTOR = Step(
    "signed",
    TODAY,
    "because",
    "dr",
    may_sign=True,
    roles=frozenset({"clinician"}),
)
PAID = Money(quote="accepted", is_paid=True)
# Facts with which nothing stands in the way, by where the request goes.
OUTCOME = {
    "declined": "DECLINE",
    "redirected": "REDIRECT",
    "on_hold": "HOLD",
    "access_clock": "ACCESS",
}


def sound(to: str, before: str = "") -> Facts:
    """The facts of a request that may go anywhere that the table names."""
    is_copy = to == "released" and before not in ("", "signed", "amra_wait")
    return Facts(
        outcome="ACCESS" if is_copy else OUTCOME.get(to, "PATIENT_FEE"),
        money=Money("accepted", is_paid=True, is_waived=True, is_on_account=True, is_refunded=True),
        sight=Sight(is_offered=True, is_seen=True, answer="agreed"),
        handlers=frozenset({"dr"}),
        has_parts=True,
    )


def why_not(guard: guards.Guard, facts: Facts, step: Step = DOCTOR) -> str:
    """What a guard says."""
    return guard.why_not(facts, step)


@pytest.mark.parametrize("before", STATES)
def test_every_pair_of_states_is_allowed_or_refused_with_its_reason(before):
    for after in STATES:
        step = replace(DOCTOR, to=after)
        if (before, after) in MOVES:
            moves.refuse(before, sound(after, before), step)
            continue

        with pytest.raises(NotPossible) as refused:
            moves.refuse(before, sound(after), step)

        said = str(refused.value)
        assert refused.value.guard is None
        assert STATES[before].title in said or "closed" in said
        assert len(said.split()) > 6


@pytest.mark.parametrize("before", STATES)
def test_each_guarded_move_is_held_back_by_each_of_its_guards(before):
    for after in from_here(before):
        for guard in MOVES[before, after]:
            assert BAD[guard](after), f"{guard.code} lets {before} become {after}"


def test_what_no_table_knows_is_refused_too():
    with pytest.raises(NotPossible, match="Reload"):
        moves.refuse("received", sound("lost"), replace(DOCTOR, to="lost"))


def test_every_state_can_be_reached_and_every_one_but_an_end_can_be_left():
    reached = {after for _, after in MOVES} | {"received"}

    assert reached == set(STATES)
    assert {one for one in STATES if not from_here(one)} == {"refunded"}
    assert all(stage.column in COLUMNS for stage in STATES.values())


def test_an_unpaid_letter_cannot_reach_the_patient_by_any_way_through_the_table():
    unpaid = replace(sound("released"), money=Money("accepted"))

    def reachable(state: str, seen: frozenset[str]) -> set[str]:
        found = {state}
        for after in from_here(state):
            if after in seen:
                continue
            try:
                facts = replace(unpaid, outcome=OUTCOME.get(after, "PATIENT_FEE"))
                moves.refuse(state, facts, replace(DOCTOR, to=after))
            except NotPossible:
                continue
            found |= reachable(after, seen | {after})
        return found

    assert "signed" in reachable("received", frozenset({"received"}))
    assert "released" not in reachable("received", frozenset({"received"}))


@pytest.mark.parametrize("outcome", ["NHS_FREE", "STATE_FEE", "ACCESS", "LEGAL_DUTY", "DECLINE"])
def test_g1_no_fee_is_quoted_for_what_is_free_or_paid_by_the_state(outcome):
    assert "No fee" in why_not(guards.NO_FEE_ON_FREE_WORK, Facts(outcome=outcome))
    assert not why_not(guards.NO_FEE_ON_FREE_WORK, Facts(outcome="ORG_FEE"))


def test_g2_paid_work_begins_when_the_fee_is_accepted_and_leaves_when_it_is_paid():
    facts = Facts(outcome="PATIENT_FEE", money=Money("offered"))

    assert "accepted" in why_not(guards.ACCEPTED, facts)
    assert not why_not(guards.ACCEPTED, replace(facts, money=Money("accepted")))
    assert "not paid" in why_not(guards.PAID, replace(facts, money=Money("accepted")))
    assert not why_not(guards.PAID, replace(facts, money=PAID))
    assert not why_not(guards.PAID, replace(facts, money=Money(is_waived=True)))
    assert not why_not(guards.PAID, Facts(outcome="NHS_FREE"))


@pytest.mark.parametrize(("days", "leaves"), [(0, True), (60, True), (61, False)])
def test_g3_an_account_with_an_old_debt_gets_nothing_more(days, leaves):
    money = Money("accepted", is_on_account=True, oldest_debt_days=days)
    facts = Facts(outcome="ORG_FEE", money=money)

    assert (why_not(guards.PAID_BY_BODY, facts) == "") is leaves
    assert (why_not(guards.ACCOUNT, facts) == "") is leaves


def test_g3_an_organisation_without_account_pays_first():
    facts = Facts(outcome="ORG_FEE", money=Money("accepted"))

    assert "has not paid" in why_not(guards.PAID_BY_BODY, facts)
    assert not why_not(guards.PAID_BY_BODY, replace(facts, money=PAID))


@pytest.mark.parametrize(
    ("guard", "outcome"),
    [
        (guards.ACCEPTED, "PATIENT_FEE"),
        (guards.ACCEPTED, "ORG_FEE"),
        (guards.PAID, "PATIENT_FEE"),
        (guards.PAID_BY_BODY, "ORG_FEE"),
    ],
)
def test_g4_what_is_urgent_never_waits_for_money(guard, outcome):
    assert why_not(guard, Facts(outcome=outcome))
    assert not why_not(guard, Facts(outcome=outcome, is_urgent=True))


@pytest.mark.parametrize(
    ("sight", "said"),
    [
        (Sight(), ""),
        (Sight(is_wished=True), "wants to see it first"),
        (Sight(is_wished=True, may_leave_on=date(2026, 11, 21)), "21 November 2026"),
        (Sight(is_wished=True, may_leave_on=TODAY), ""),
        (Sight(is_offered=True, is_seen=True, may_leave_on=TODAY), "has not agreed yet"),
        (Sight(is_offered=True, is_seen=True, answer="correction"), "asked for a correction"),
        (Sight(is_offered=True, answer="correction", verdict="kept"), "Show the letter again"),
        (Sight(is_offered=True, is_seen=True, answer="refused"), "does not agree"),
        (Sight(is_wished=True, is_offered=True, is_seen=True, answer="agreed"), ""),
        (Sight(is_offered=True, answer="agreed", is_other=True), "changed after the patient"),
    ],
)
def test_g5_whoever_wants_to_see_it_sees_it_first(sight, said):
    found = why_not(guards.SEEN, Facts(sight=sight))

    assert said in found
    assert bool(said) is bool(found)


@pytest.mark.parametrize(
    ("sight", "said"),
    [
        (Sight(is_offered=True), "Wait for the answer"),
        (Sight(is_offered=True, may_leave_on=TODAY), ""),
        (Sight(is_offered=True, is_seen=True, may_leave_on=TODAY), "Wait for the answer"),
        (Sight(is_offered=True, is_seen=True, answer="agreed"), ""),
    ],
)
def test_g5_nothing_is_signed_while_the_patient_reads_it(sight, said):
    found = why_not(guards.LOOKED, Facts(sight=sight))

    assert said in found
    assert bool(said) is bool(found)


@pytest.mark.parametrize(
    ("sight", "said"),
    [
        (Sight(), ""),
        (Sight(is_offered=True, answer="correction"), "A clinician corrects the letter"),
        (Sight(is_offered=True, answer="correction", verdict="corrected"), ""),
        (Sight(is_offered=True, answer="refused"), "does not agree"),
        (Sight(is_offered=True, answer="agreed"), ""),
    ],
)
def test_g5_what_the_patient_said_is_answered_before_it_is_signed(sight, said):
    found = why_not(guards.SETTLED, Facts(sight=sight))

    assert said in found
    assert bool(said) is bool(found)


def test_g5_it_waits_only_for_a_patient_who_may_look():
    assert "not offered" in why_not(guards.OFFER, Facts())
    assert not why_not(guards.OFFER, Facts(sight=Sight(is_wished=True)))


@pytest.mark.parametrize(
    ("money", "said"),
    [
        (Money(), "no open quote"),
        (Money("refused"), "no open quote"),
        (Money("offered", lapses_on=date(2026, 11, 19)), "lapsed on 19 November 2026"),
        (Money("offered", lapses_on=TODAY), ""),
        (Money("accepted", lapses_on=date(2026, 1, 1)), ""),
    ],
)
def test_g6_a_quote_is_accepted_before_it_lapses_and_stands_then(money, said):
    found = why_not(guards.QUOTE, Facts(money=money))

    assert said in found
    assert bool(said) is bool(found)


def test_g7_the_police_hear_before_a_firearms_report_is_put_aside():
    assert "Tell them" in why_not(guards.POLICE, Facts(tell_police_on=TODAY))
    assert not why_not(guards.POLICE, Facts(tell_police_on=date(2026, 11, 21)))
    assert not why_not(guards.POLICE, Facts())


@pytest.mark.parametrize(
    ("facts", "step", "said"),
    [
        (Facts(handlers=frozenset({"dr"})), DOCTOR, ""),
        (Facts(handlers=frozenset({"other"})), DOCTOR, "Take it over first"),
        (Facts(handlers=frozenset({"dr"})), replace(DOCTOR, may_sign=False), "registered"),
        (Facts(handlers=frozenset({"dr"}), signer_id="boss"), DOCTOR, "supervisor"),
        (Facts(handlers=frozenset({"trainee"}), signer_id="dr"), DOCTOR, ""),
        (Facts(handlers=frozenset({"dr"}), signed_by="other"), DOCTOR, "another clinician's"),
    ],
)
def test_g8_whoever_wrote_or_checked_it_signs_it(facts, step, said):
    found = why_not(guards.SIGNER, facts, step)

    assert said in found
    assert bool(said) is bool(found)


def test_g8_only_with_consent_and_by_a_person_who_may_see_it():
    reception = replace(DOCTOR, roles=frozenset({"reception"}))

    assert why_not(guards.CONSENT, Facts(consent_fault="Ask for it.")) == "Ask for it."
    assert not why_not(guards.CONSENT, Facts(outcome="URGENT", consent_fault="Ask for it."))
    assert not why_not(guards.PERSON, Facts(), reception)
    assert "restricted" in why_not(guards.PERSON, Facts(is_restricted=True), reception)
    assert "person" in why_not(guards.PERSON, Facts(), replace(DOCTOR, staff_id=None))


def test_g9_payment_waiver_and_refund_are_recorded_before_they_count():
    for guard, good in (
        (guards.PAYMENT, Money(is_paid=True)),
        (guards.WAIVER, Money(is_waived=True)),
        (guards.REFUND, Money(is_refunded=True)),
    ):
        assert "first" in why_not(guard, Facts())
        assert not why_not(guard, Facts(money=good))


def test_what_is_held_waits_wherever_it_stands_but_where_it_is_over():
    assert column_of("assigned") == "clinician"
    assert column_of("assigned", "identity") == "waiting"
    assert column_of("closed", "identity") == "done"


# For each guard: does it hold back some request that the others would let go?
BAD = {
    guards.DECIDED: lambda _to: why_not(guards.DECIDED, Facts()),
    guards.DECISION: lambda to: why_not(
        guards.DECISION, Facts(outcome="NHS_FREE"), replace(DOCTOR, to=to)
    ),
    guards.WORK: lambda _to: why_not(guards.WORK, Facts(outcome="DECLINE")),
    guards.REASON: lambda _to: why_not(guards.REASON, Facts(), replace(DOCTOR, because=" ")),
    guards.SAFE: lambda _to: why_not(guards.SAFE, Facts(money=PAID)),
    guards.NOT_LEFT: lambda _to: why_not(guards.NOT_LEFT, Facts(has_left=True)),
    guards.COPY: lambda _to: why_not(guards.COPY, Facts(outcome="NHS_FREE")),
    guards.SPLIT: lambda _to: why_not(guards.SPLIT, Facts()),
    guards.NO_FEE_ON_FREE_WORK: lambda _to: why_not(guards.NO_FEE_ON_FREE_WORK, Facts()),
    guards.ACCEPTED: lambda _to: why_not(guards.ACCEPTED, Facts(outcome="ORG_FEE")),
    guards.PAID: lambda _to: why_not(guards.PAID, Facts(outcome="PATIENT_FEE")),
    guards.PAID_BY_BODY: lambda _to: why_not(guards.PAID_BY_BODY, Facts(outcome="ORG_FEE")),
    guards.ACCOUNT: lambda _to: why_not(guards.ACCOUNT, Facts()),
    guards.SEEN: lambda _to: why_not(guards.SEEN, Facts(sight=Sight(is_wished=True))),
    guards.OFFER: lambda _to: why_not(guards.OFFER, Facts()),
    guards.LOOKED: lambda _to: why_not(guards.LOOKED, Facts(sight=Sight(is_offered=True))),
    guards.SETTLED: lambda _to: why_not(guards.SETTLED, Facts(sight=Sight(answer="refused"))),
    guards.QUOTE: lambda _to: why_not(guards.QUOTE, Facts()),
    guards.POLICE: lambda _to: why_not(guards.POLICE, Facts(tell_police_on=TODAY)),
    guards.SIGNER: lambda _to: why_not(guards.SIGNER, Facts()),
    guards.PERSON: lambda _to: why_not(guards.PERSON, Facts(), replace(DOCTOR, staff_id=None)),
    guards.CONSENT: lambda _to: why_not(guards.CONSENT, Facts(consent_fault="Ask for it.")),
    guards.PAYMENT: lambda _to: why_not(guards.PAYMENT, Facts()),
    guards.WAIVER: lambda _to: why_not(guards.WAIVER, Facts()),
    guards.REFUND: lambda _to: why_not(guards.REFUND, Facts()),
}


def test_every_guard_is_in_the_table_and_has_a_case_that_it_holds_back():
    used = {one.rule for held in MOVES.values() for one in held}

    assert {one.rule for one in GUARDS} == used
    assert all(one in BAD for one in GUARDS)
