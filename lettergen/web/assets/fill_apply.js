// Puts the server's answer to a save onto the page, without touching what is being typed.

const FLASH = 2500;

let answerNow = null;
let isListening = false;

// `sent` maps posted names to the values that the server saw.
export function applyAnswer(form, answer, sent) {
  answerNow = answer;
  form.elements.revision.value = answer.revision;
  form.elements.base.value = answer.base;
  redraw(form, answer.redrawn);
  setValues(form, answer.set, sent);
  showQuestions(form, answer);
  for (const question of form.querySelectorAll("[data-question]")) tell(question, answer);
  showFolds(form, answer.sections);
  replaceKeepingFocus(form.querySelector("[data-sections]"), answer.sections_html);
  showPanel(form.querySelector("[data-panel]"), answer.panel_html);
  if (answer.has_notes) form.querySelector("[data-notes]").innerHTML = answer.notes_html;
  form.querySelector("[data-patient]").textContent = answer.patient;
  listen(form);
}

export function showNote(form, text) {
  const note = Object.assign(document.createElement("p"), { className: "fill-note", textContent: text });
  form.querySelector("[data-notes]").replaceChildren(note);
}

// ---- Answers that came from elsewhere ------------------------------------------------------

function setValues(form, values, sent) {
  for (const [name, wanted] of Object.entries(values)) {
    const controls = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
    if (!controls.length || hasChangedSince(form, name, sent)) continue;
    for (const control of controls) setControl(control, wanted);
    flash(controls[0].closest("[data-question]"));
  }
}

function hasChangedSince(form, name, sent) {
  const now = new FormData(form).getAll(name);
  const then = sent.get(name) ?? [];
  return now.length !== then.length || now.some((value, index) => value !== then[index]);
}

function setControl(control, wanted) {
  if (control.type === "radio" || control.type === "checkbox") control.checked = wanted.includes(control.value);
  else control.value = wanted[0] ?? "";
}

function flash(question) {
  if (!question) return;
  question.classList.add("fill-question--changed");
  setTimeout(() => question.classList.remove("fill-question--changed"), FLASH);
}

// Rows are drawn by the server; a question drawn anew never holds the cursor, but for its buttons.
function redraw(form, redrawn) {
  for (const [id, html] of Object.entries(redrawn)) {
    const old = document.getElementById(id);
    const before = new Set([...old.querySelectorAll("input, select, textarea")].map((one) => one.name));
    const holder = document.createElement("template");
    holder.innerHTML = html.trim();
    const fresh = holder.content.firstElementChild;
    const hadFocus = old.contains(document.activeElement);
    old.replaceWith(fresh);
    const added = [...fresh.querySelectorAll("input, select, textarea")].find((one) => !before.has(one.name));
    if (hadFocus) (added ?? fresh.querySelector(".fill-rows__add"))?.focus();
  }
}

// ---- What is asked, and what is wrong with it ----------------------------------------------

function showQuestions(form, answer) {
  const shown = new Set(answer.shown);
  for (const question of form.querySelectorAll("[data-question]")) {
    question.hidden = !shown.has(question.dataset.question);
  }
  for (const section of form.querySelectorAll("[data-section]")) {
    section.hidden = !section.querySelector("[data-question]:not([hidden])");
  }
}

function tell(question, answer) {
  const name = question.dataset.question;
  showError(question, answer.errors[name] ?? "");
  const advice = question.querySelector(":scope > .fill-advice");
  const text = answer.advice[name] ?? "";
  if (advice && advice.textContent !== text) advice.textContent = text;
  if (advice) advice.hidden = !text;
  fillPlace(question, ":scope > [data-clash]", answer.clashes[name]);
  fillPlace(question, ":scope > [data-card]", answer.cards[name]);
}

function fillPlace(question, selector, html = "") {
  const place = question.querySelector(selector);
  if (!place || place.dataset.html === html) return;
  if (place.dataset.html === undefined && !place.innerHTML.trim() && !html) return;
  place.innerHTML = html;
  place.dataset.html = html;
}

// An error appears when the cursor has left the question, and goes at once when it is mended.
function showError(question, text) {
  const group = question.querySelector(":scope > .nhsuk-form-group, :scope > .fill-rows");
  if (!group) return;
  const shown = group.querySelector(":scope > .nhsuk-error-message, :scope > fieldset > .nhsuk-error-message");
  if (text && question.contains(document.activeElement) && document.activeElement.matches("input, textarea")) return;
  const now = shown ? (shown.dataset.text ?? shown.lastChild.textContent.trim()) : "";
  if (now === text) return;
  shown?.remove();
  group.classList.toggle("nhsuk-form-group--error", Boolean(text));
  const control = group.querySelector("input:not([type=radio], [type=checkbox]), textarea, select");
  control?.classList.toggle(`nhsuk-${kindOf(control)}--error`, Boolean(text));
  describe(group, question, text);
}

function kindOf(control) {
  return { TEXTAREA: "textarea", SELECT: "select" }[control.tagName] ?? "input";
}

function describe(group, question, text) {
  const id = `field-${question.dataset.question}-error`;
  const place = group.matches("fieldset") ? group : (group.querySelector(":scope > fieldset") ?? group);
  const described = place.matches("fieldset") ? place : place.querySelector("input, textarea, select");
  const ids = (described?.getAttribute("aria-describedby") ?? "").split(/\s+/).filter((one) => one && one !== id);
  if (text) {
    const message = document.createElement("span");
    message.className = "nhsuk-error-message";
    message.id = id;
    message.dataset.text = text;
    const before = Object.assign(document.createElement("span"), { className: "nhsuk-u-visually-hidden", textContent: "Error: " });
    message.append(before, text);
    const heads = place.querySelectorAll(":scope > legend, :scope > label, :scope > .nhsuk-label, :scope > .nhsuk-hint:not(.nhsuk-character-count__message)");
    [...heads].at(-1)?.after(message);
    ids.push(id);
  }
  if (ids.length) described?.setAttribute("aria-describedby", ids.join(" "));
  else described?.removeAttribute("aria-describedby");
}

function showFolds(form, sections) {
  for (const section of sections) {
    const fold = form.querySelector(`[data-more="${CSS.escape(section.id)}"]`);
    if (!fold) continue;
    fold.querySelector("[data-count]").textContent = section.more_words;
    fold.hidden = !section.more_count;
    if (section.is_more_open) fold.open = true;
  }
}

// ---- The panel -----------------------------------------------------------------------------

function showPanel(panel, html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  for (const part of holder.content.querySelectorAll("[data-part]")) {
    const old = panel.querySelector(`[data-part="${part.dataset.part}"]`);
    const fold = old.querySelector("details");
    if (fold) part.querySelector("details")?.toggleAttribute("open", fold.open);
    if (old.innerHTML !== part.innerHTML) replaceKeepingFocus(old, part.innerHTML);
  }
  showWarnings(panel.querySelector("[data-warnings]"), holder.content.querySelector("[data-warnings]"));
}

// A reason that is being typed keeps its own box; only the words around it are renewed. A tick is
// for the words that it was put to: for others the box is new.
function showWarnings(list, fresh) {
  const olds = new Map([...list.children].map((item) => [item.dataset.notice, item]));
  const items = [...fresh.children].map((item) => {
    const old = olds.get(item.dataset.notice);
    if (!old || tickOf(old) !== tickOf(item)) return item;
    olds.delete(item.dataset.notice);
    old.className = item.className;
    const [text, renewed] = [old, item].map((one) => one.querySelector("[data-text]"));
    if (text.innerHTML !== renewed.innerHTML) text.innerHTML = renewed.innerHTML;
    return old;
  });
  for (const gone of olds.values()) gone.remove();
  items.forEach((item, index) => {
    if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null);
  });
}

function tickOf(item) {
  return item.querySelector("input[type=checkbox]")?.value;
}

function replaceKeepingFocus(place, html) {
  if (place.innerHTML === html) return;
  const held = place.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  place.innerHTML = html;
  if (held) place.querySelector(`a[href="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
}

// ---- When the cursor moves -----------------------------------------------------------------

function listen(form) {
  if (isListening) return;
  isListening = true;
  form.addEventListener("focusout", ({ target }) => {
    const question = target.closest("[data-question]");
    if (question) setTimeout(() => tell(question, answerNow), 0);
  });
}
