// Starts the NHS components; adds keys, progress words and copying. Pages work without it.
import { initAll } from "../static/nhsuk/nhsuk-frontend.min.js";

const KEYS_OFF = "lettergen-keys-off";
const GAP = 16;
const WHOLE_DATE = /^(\d{1,2})[ ./-]+(\d{1,2}|[a-z]{3,9})[ ./-]+(\d{4})$/i;
const TURNED_DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const NO_SHORTCUT = "input, select, textarea, button, summary, [contenteditable], [role]";

const addressOf = (name) => document.body.dataset[name];

function find() {
  const field = document.querySelector("[data-find-here]");
  if (!field) return location.assign(addressOf("find"));
  field.closest("details")?.setAttribute("open", "");
  field.focus();
}

const actions = {
  n: () => location.assign(addressOf("new")),
  "/": find,
  "?": () => location.assign(addressOf("help")),
};
// Keys after g lead somewhere, if the second comes soon.
const places = { b: "board", t: "triage" };
const SOON = 1200;
let leader = 0;

function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
  if (event.defaultPrevented || localStorage.getItem(KEYS_OFF)) return;
  if (event.target instanceof Element && event.target.closest(NO_SHORTCUT)) return;
  const place = Date.now() - leader < SOON && places[event.key];
  leader = event.key === "g" ? Date.now() : 0;
  const action = place ? () => location.assign(addressOf(place)) : actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}

function offerKeySwitch(button) {
  const show = () => {
    const off = Boolean(localStorage.getItem(KEYS_OFF));
    button.textContent = off ? "Turn the keys on" : "Turn the keys off";
    button.nextElementSibling.textContent = off ? "The keys are off in this browser." : "";
  };
  button.addEventListener("click", () => {
    if (localStorage.getItem(KEYS_OFF)) localStorage.removeItem(KEYS_OFF);
    else localStorage.setItem(KEYS_OFF, "yes");
    show();
  });
  show();
  button.hidden = false;
}

function sayProgress(form) {
  const place = form.querySelector("[data-progress]");
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    place.textContent = place.dataset.progress;
  });
  // A page that the browser brings back by its Back button is to be usable again.
  window.addEventListener("pageshow", () => {
    delete form.dataset.sent;
    place.textContent = "";
  });
}

function offerCopy(button) {
  const said = button.parentElement.querySelector("[role=status]");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    said.textContent = "Copied";
  });
  button.hidden = !navigator.clipboard;
}

// A panel beside a long page is never higher than the room that the window leaves it, so that the
// button at its foot is seen.
function fitBeside(panel) {
  const fit = () => {
    const top = Math.max(GAP, panel.getBoundingClientRect().top);
    panel.style.setProperty("--app-room", `${innerHeight - top - GAP}px`);
  };
  fit();
  window.addEventListener("scroll", fit, { passive: true });
  window.addEventListener("resize", fit);
}

// A whole date, typed or pasted into one of three boxes, goes into all of them.
function spreadDate({ target }) {
  const boxes = target.closest(".nhsuk-date-input")?.querySelectorAll("input") ?? [];
  const parts = boxes.length === 3 && partsOfDate(target.value.trim());
  if (!parts) return;
  boxes.forEach((box, index) => (box.value = parts[index]));
  boxes[2].focus();
}

function partsOfDate(text) {
  const turned = TURNED_DATE.exec(text)?.slice(1).reverse();
  if (turned) return turned;
  const [, day, month, year] = WHOLE_DATE.exec(text) ?? [];
  if (!year || /^\d/.test(month)) return year && [day, month, year];
  const number = MONTHS.indexOf(month.slice(0, 3).toLowerCase()) + 1;
  return number ? [day, String(number), year] : undefined;
}

initAll();
document.querySelectorAll("[data-fit]").forEach(fitBeside);
document.addEventListener("input", spreadDate);
document.querySelectorAll("[data-key-switch]").forEach(offerKeySwitch);
document.querySelectorAll("form:has([data-progress])").forEach(sayProgress);
document.querySelectorAll("[data-copy]").forEach(offerCopy);
if (addressOf("new")) document.addEventListener("keydown", onKey);
