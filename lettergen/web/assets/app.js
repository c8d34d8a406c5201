// Starts the NHS components; adds keys, progress words and copying. Pages work without it.
import { initAll } from "../static/nhsuk/nhsuk-frontend.min.js";

const KEYS_OFF = "lettergen-keys-off";
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

function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
  if (event.defaultPrevented || localStorage.getItem(KEYS_OFF)) return;
  if (event.target instanceof Element && event.target.closest(NO_SHORTCUT)) return;
  const action = actions[event.key];
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

initAll();
document.querySelectorAll("[data-key-switch]").forEach(offerKeySwitch);
document.querySelectorAll("form:has([data-progress])").forEach(sayProgress);
document.querySelectorAll("[data-copy]").forEach(offerCopy);
if (addressOf("new")) document.addEventListener("keydown", onKey);
