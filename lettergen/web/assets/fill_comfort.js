// Comforts of the form that save nothing: the panel's place, why a question is asked, clearing.

const form = document.getElementById("fill");
const panel = form.querySelector("[data-panel]");
const toggle = panel.querySelector("[data-toggle]");
const why = panel.querySelector("[data-why-here]");

// On a phone the panel is a bar at the foot.
export function openPanel(isOpen) {
  panel.classList.toggle("fill-panel--open", isOpen);
  toggle.setAttribute("aria-expanded", String(isOpen));
  toggle.textContent = isOpen ? "Back to the form" : "Show what is open";
}

// The section being read is marked in the side list.
export function showHere() {
  for (const link of form.querySelectorAll("[data-sections] a")) {
    if (link.hash === form.dataset.here) link.setAttribute("aria-current", "location");
    else link.removeAttribute("aria-current");
  }
}

// A radio cannot be taken back by itself: a button for the mouse, the Delete key for the keyboard.
export function offerClearing() {
  for (const group of form.querySelectorAll(".nhsuk-radios")) {
    const isAnswered = Boolean(group.querySelector("input:checked"));
    let button = group.querySelector(".fill-clear");
    if (!button && isAnswered) {
      button = document.createElement("button");
      Object.assign(button, { type: "button", tabIndex: -1, className: "app-link-button fill-clear", textContent: "Clear" });
      button.title = "Take this answer back (Delete key)";
      button.ariaLabel = `Clear: ${group.closest("fieldset").querySelector("legend").textContent.trim()}`;
      group.append(button);
    }
    if (button) button.hidden = !isAnswered;
  }
}

function clear(group) {
  const chosen = group.querySelector("input:checked");
  if (!chosen) return;
  chosen.checked = false;
  chosen.dispatchEvent(new Event("input", { bubbles: true }));
}

function markSection(entries) {
  const entry = entries.find(({ isIntersecting }) => isIntersecting);
  if (!entry) return;
  form.dataset.here = `#${entry.target.id}`;
  showHere();
}

toggle.addEventListener("click", () => openPanel(!panel.classList.contains("fill-panel--open")));
panel.addEventListener("keydown", (event) => event.key === "Escape" && openPanel(false));

form.addEventListener("focusin", ({ target }) => {
  if (panel.contains(target)) return;
  const text = target.closest("[data-why]")?.dataset.why ?? "";
  why.textContent = text && `Why this is asked: ${text}`;
  why.hidden = !text;
});

form.addEventListener("click", ({ target }) => {
  if (target.matches(".fill-clear")) clear(target.parentElement);
});
form.addEventListener("keydown", (event) => {
  const isClearing = ["Delete", "Backspace"].includes(event.key) && event.target.matches("[type=radio]");
  if (isClearing) clear(event.target.closest(".nhsuk-radios"));
});

const reader = new IntersectionObserver(markSection, { rootMargin: "-15% 0px -75% 0px" });
form.querySelectorAll("[data-section]").forEach((section) => reader.observe(section));

offerClearing();
