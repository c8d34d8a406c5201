// Keeps every keystroke of a form safe, and shows at once what each answer changes.
// Without it the same form works by its buttons.

import { applyAnswer, showNote } from "./fill_apply.js";
import { offerClearing, openPanel, showHere } from "./fill_comfort.js";

const TYPING = 600;
const RETRY = [1000, 2000, 4000, 8000, 15000];
const KEEPALIVE_LIMIT = 60000;
const PAUSE = 60000;

const form = document.getElementById("fill");
const saved = form.querySelector("[data-saved]");
const trouble = form.querySelector("[data-trouble]");

let timer = 0;
let changes = 0; // counts every change, so that one made during a save is not taken for saved
let savedChanges = 0;
let unanswered = null; // the body that was sent last, until the server has answered it
let running = null;
let failures = 0;
let isLeaving = false;

const isUnsaved = () => changes !== savedChanges || unanswered !== null;

// ---- Sending -------------------------------------------------------------------------------

function collect(go) {
  form.elements.seconds.value = String(activity.take());
  const body = new URLSearchParams(new FormData(form));
  if (go) body.set("go", go);
  return { body: body.toString(), changes, values: snapshot() };
}

// What each control held when it was sent: what changed since must not be overwritten.
function snapshot() {
  const values = new Map();
  for (const [name, value] of new FormData(form)) values.set(name, [...(values.get(name) ?? []), value]);
  return values;
}

function save(go) {
  clearTimeout(timer);
  running = (running ?? Promise.resolve()).then(() => deliver(go));
  return running;
}

// A body without an answer goes again as it was, before anything newer: had the first one arrived,
// newer text would look like another window's.
async function deliver(go) {
  if (unanswered && !(await send(unanswered))) return false;
  if (!go && changes === savedChanges) return true;
  unanswered = collect(go);
  return send(unanswered);
}

async function send(sent) {
  saved.dataset.state = "saving";
  let response;
  try {
    response = await fetch(form.dataset.autosave, {
      method: "POST",
      body: sent.body,
      redirect: "manual",
      headers: { "Content-Type": "application/x-www-form-urlencoded", Accept: "application/json" },
    });
  } catch {
    return later("Not saved yet – no connection. Your text is safe on this page; trying again.");
  }
  const isJson = (response.headers.get("Content-Type") ?? "").includes("application/json");
  if (response.ok && isJson) return take(sent, await response.json());
  if (response.type === "opaqueredirect" || [400, 401, 403].includes(response.status)) return signIn();
  if (response.status >= 500 || response.status === 429) {
    return later("Not saved yet – the program did not answer. Your text is safe on this page; trying again.");
  }
  const said = isJson ? (await response.json()).error : "";
  return stuck(response.status, said);
}

function take(sent, answer) {
  unanswered = null;
  savedChanges = sent.changes;
  failures = 0;
  hideTrouble();
  sayState(isUnsaved() ? "saving" : "saved", `Draft saved ${answer.saved_at}`);
  applyAnswer(form, answer, sent.values);
  showHere();
  offerClearing();
  return true;
}

function later(message) {
  sayState("unsaved", "Not saved yet");
  showTrouble(message);
  clearTimeout(timer);
  timer = setTimeout(() => save(), RETRY[Math.min(failures, RETRY.length - 1)]);
  failures += 1;
  return false;
}

function stuck(status, said) {
  sayState("unsaved", "Not saved");
  const why = said || {
    404: "This draft is no longer open: it was issued or discarded elsewhere.",
    413: "There is too much text to save. Shorten the longest text.",
  }[status];
  showTrouble(`${why ?? "This could not be saved."} What you typed is still on this page: copy what you need.`);
  unanswered = null;
  savedChanges = -1;
  return false;
}

// ---- Signed out ----------------------------------------------------------------------------

// A new session has a new token. The page itself, fetched again, tells whether somebody is signed
// in, and brings the token.
async function signIn() {
  const page = await fetch(location.pathname, { redirect: "follow" }).catch(() => null);
  if (!page) return later("Not saved yet – no connection. Your text is safe on this page; trying again.");
  const found = new DOMParser().parseFromString(await page.text(), "text/html").getElementById("fill");
  if (found) {
    const token = found.elements.csrf_token.value;
    if (token !== form.elements.csrf_token.value) {
      form.elements.csrf_token.value = token;
      if (unanswered) unanswered.body = withToken(unanswered.body, token);
      return unanswered ? send(unanswered) : true;
    }
    return stuck(0, "The program refused to save this.");
  }
  sayState("unsaved", "Not saved yet");
  const link = document.createElement("a");
  link.href = page.url;
  link.target = "_blank";
  link.rel = "noopener";
  link.textContent = "Sign in again (opens in a new tab)";
  showTrouble("You have been signed out. Your text is safe on this page; saving goes on when you are back. ", link);
  clearTimeout(timer);
  timer = setTimeout(() => save(), 5000);
  return false;
}

function withToken(body, token) {
  const parts = new URLSearchParams(body);
  parts.set("csrf_token", token);
  return parts.toString();
}

// ---- Telling -------------------------------------------------------------------------------

// The words change once a minute at most: a screen reader is not to speak with every answer.
function sayState(state, text) {
  saved.dataset.state = state;
  if (saved.textContent !== text) saved.textContent = text;
}

function showTrouble(text, ...more) {
  if (trouble.dataset.text !== text) {
    trouble.dataset.text = text;
    trouble.replaceChildren(text, ...more);
  }
  trouble.hidden = false;
}

function hideTrouble() {
  delete trouble.dataset.text;
  trouble.hidden = true;
  trouble.replaceChildren();
}

// ---- Active time ---------------------------------------------------------------------------

const activity = {
  seconds: 0,
  last: Date.now(),
  tick() {
    if (document.visibilityState === "visible" && Date.now() - this.last < PAUSE) this.seconds += 1;
  },
  take() {
    const taken = this.seconds;
    this.seconds = 0;
    return taken;
  },
};

setInterval(() => activity.tick(), 1000);
for (const kind of ["pointermove", "keydown", "scroll"]) {
  document.addEventListener(kind, () => (activity.last = Date.now()), { passive: true });
}

// ---- What people do ------------------------------------------------------------------------

function isTyping(target) {
  return target.matches("textarea, input:not([type=radio], [type=checkbox])");
}

// A number and the tick "not asked" beside it, or a list and the tick "none", rule each other out.
function settleTick(target) {
  const question = target.closest("[data-question]");
  const tick = question?.querySelector(".fill-word input[type=checkbox]");
  const text = question?.querySelector("input[type=text], textarea");
  if (!tick || !text) return;
  if (target === text && text.value.trim()) tick.checked = false;
  if (target === tick && tick.checked) {
    tick.dataset.before = text.value;
    text.value = "";
  } else if (target === tick && tick.dataset.before && !text.value) {
    text.value = tick.dataset.before;
  }
}

form.addEventListener("input", ({ target }) => {
  settleTick(target);
  changes += 1;
  saved.dataset.state = "saving";
  clearTimeout(timer);
  timer = setTimeout(() => save(), isTyping(target) ? TYPING : 0);
});

form.addEventListener("change", ({ target }) => {
  if (isTyping(target) && isUnsaved() && failures === 0) save();
});

form.addEventListener("keydown", (event) => {
  const isPlainEnter = event.key === "Enter" && event.target.matches("input");
  if (!isPlainEnter) return;
  event.preventDefault();
  save();
});

form.addEventListener("submit", async (event) => {
  if (isLeaving) return;
  event.preventDefault();
  const { submitter } = event;
  const [deed] = (submitter?.value ?? "save").split(":");
  if (deed === "save") return void (await save());
  if (deed !== "review") return act(submitter);
  await save();
  if (isUnsaved()) return showNote(form, "The letter can be reviewed once everything is saved.");
  isLeaving = true;
  // Not within this event: a form does not submit again while it is told of being submitted.
  setTimeout(() => form.requestSubmit(submitter));
});

// Buttons that change the form: they go with the autosave, and its answer shows what they did.
async function act(button) {
  if (button.ariaDisabled === "true") return;
  changes += 1;
  button.ariaDisabled = "true"; // "disabled" would take the cursor away
  await save(button.value);
  button.ariaDisabled = null;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="#"]');
  if (link && reveal(link.hash.slice(1))) event.preventDefault();
});

// Opens the fold around a question, and puts the cursor into it.
function reveal(id) {
  const target = document.getElementById(decodeURIComponent(id));
  if (!target || !form.contains(target)) return false;
  for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  const control = target.matches("input, textarea, select, button")
    ? target
    : target.matches("[data-question]") && target.querySelector("input, textarea, select, button");
  (target.closest("[data-question]") ?? target).scrollIntoView({ block: "start" });
  if (control) control.focus({ preventScroll: true });
  if (!control) focusHeading(target);
  openPanel(false);
  return true;
}

function focusHeading(section) {
  const heading = section.querySelector("h2") ?? section;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

addEventListener("online", () => isUnsaved() && save());
addEventListener("focus", () => isUnsaved() && trouble.hidden === false && save());
addEventListener("beforeunload", (event) => {
  if (!isLeaving && (isUnsaved() || form.querySelector("[data-clash] .fill-clash"))) event.preventDefault();
});
addEventListener("pagehide", () => {
  if (isLeaving || changes === savedChanges) return;
  const { body } = collect();
  if (body.length < KEEPALIVE_LIMIT) {
    fetch(form.dataset.autosave, {
      method: "POST",
      body,
      keepalive: true,
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
    });
  }
});
addEventListener("pageshow", (event) => event.persisted && location.reload());

document.body.classList.add("fill-scripted");
if (location.hash) reveal(location.hash.slice(1));
