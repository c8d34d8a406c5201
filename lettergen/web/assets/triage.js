// Triage without page loads: suggestions as one types, the outcome as answers change.
// Without it the same form has buttons that do the same.
const WAIT = 60;
const OUT = "You have been signed out. What you typed is still here: sign in in another tab, then go on.";
const LOST = "The outcome could not be fetched. Press “Show the outcome” to try again.";

const form = document.querySelector("form[data-triage]");
const said = document.querySelector("[data-said]");

// The box with its list, after the W3C's pattern for a combobox with a list of suggestions.
function suggest(box) {
  const list = document.getElementById(box.getAttribute("aria-controls"));
  const count = box.closest("[data-combobox]").querySelector("[role=status]");
  const state = { at: -1, asked: 0, timer: 0, words: "", moved: false };
  const options = () => [...list.querySelectorAll("[role=option]")];

  function close() {
    list.hidden = true;
    list.replaceChildren();
    state.at = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  }

  function move(to) {
    const all = options();
    if (!all.length) return;
    state.at = (to + all.length) % all.length;
    all.forEach((one, index) => one.setAttribute("aria-selected", String(index === state.at)));
    box.setAttribute("aria-activedescendant", all[state.at].id);
    all[state.at].scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    move(state.at + by);
    state.moved = true;
  }

  function choose(option) {
    box.value = option.dataset.text;
    close();
    count.textContent = "";
    box.dispatchEvent(new CustomEvent("chosen", { bubbles: true, detail: option.dataset.value }));
  }

  function show(found, words) {
    Object.assign(state, { words, moved: false });
    list.replaceChildren(...found.map((one, index) => optionOf(one, `${list.id}-${index}`)));
    list.hidden = !found.length;
    box.setAttribute("aria-expanded", String(found.length > 0));
    state.at = -1;
    if (found.length && box.dataset.first) move(0);
    count.textContent = found.length ? `${found.length} found` : "Nothing found. Try other words.";
  }

  async function look() {
    const words = box.value.trim();
    const mine = ++state.asked;
    if (!words) return close();
    const reply = await fetch(`${box.dataset.from}?q=${encodeURIComponent(words)}`).catch(() => null);
    if (mine !== state.asked || document.activeElement !== box) return;
    if (reply?.ok && !reply.redirected) show(await reply.json(), words);
    else if (reply?.redirected) count.textContent = OUT;
  }

  function onKey(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = options();
    // A list that came for fewer words is not chosen from, unless somebody moved in it.
    const isFresh = state.moved || state.words === box.value.trim();
    if (event.key === "ArrowDown") (all.length ? step(1) : look(), event.preventDefault());
    else if (event.key === "ArrowUp") (all.length && step(-1), event.preventDefault());
    else if (event.key === "Escape" && !list.hidden) (close(), event.preventDefault());
    else if (event.key === "Enter" && all[state.at] && isFresh) (choose(all[state.at]), event.preventDefault());
    else if (event.key === "Enter" && box.dataset.first && box.value.trim()) {
      // Typed faster than the list came: the answer to come is waited for.
      event.preventDefault();
      clearTimeout(state.timer);
      look().then(() => state.words === box.value.trim() && options()[0] && choose(options()[0]));
    }
  }

  box.addEventListener("input", () => {
    clearTimeout(state.timer);
    state.timer = setTimeout(look, WAIT);
  });
  box.addEventListener("keydown", onKey);
  box.addEventListener("blur", () => setTimeout(close, 150));
  list.addEventListener("pointerdown", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) (event.preventDefault(), choose(option));
  });
}

function optionOf({ value, text, note }, id) {
  const option = document.createElement("li");
  Object.assign(option, { id, role: "option", className: "tr-option" });
  option.setAttribute("aria-selected", "false");
  option.dataset.value = value;
  option.dataset.text = text;
  const name = document.createElement("span");
  name.textContent = text;
  option.append(name);
  if (note) {
    const more = document.createElement("span");
    more.className = "app-quiet";
    more.textContent = note;
    option.append(" ", more);
  }
  return option;
}

// The outcome: the server decides, and sends the part of the page that changes.
let asked = 0;
let stop = new AbortController();
async function decide() {
  const mine = ++asked;
  stop.abort();
  stop = new AbortController();
  const fields = new FormData(form);
  // Files are not needed to decide, and may be large.
  fields.delete("paper");
  form.setAttribute("aria-busy", "true");
  try {
    const reply = await fetch(form.dataset.triage, { method: "POST", body: fields, signal: stop.signal });
    if (mine !== asked) return;
    if (reply.status === 401) return say(OUT);
    if (!reply.ok) return say(LOST);
    show(new DOMParser().parseFromString(await reply.text(), "text/html"));
  } catch (fault) {
    if (fault.name !== "AbortError") say(LOST);
  } finally {
    if (mine === asked) form.removeAttribute("aria-busy");
  }
}

const say = (text) => (said.textContent = text);

function show(fresh) {
  const focused = document.activeElement?.id;
  const folds = new Set([...form.querySelectorAll("details[open][id]")].map((one) => one.id));
  for (const part of fresh.querySelectorAll("[data-part]")) {
    const old = form.querySelector(`[data-part="${part.dataset.part}"]`);
    if (old && old.innerHTML !== part.innerHTML) old.replaceWith(document.adoptNode(part));
  }
  folds.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
  const again = focused && document.getElementById(focused);
  if (again && again !== document.activeElement) again.focus({ preventScroll: true });
  document.querySelectorAll("[data-unfold]").forEach(({ dataset }) => {
    document.getElementById(dataset.unfold)?.setAttribute("open", "");
  });
  say(form.querySelector("[data-spoken]")?.dataset.spoken ?? "");
}

function watch() {
  form.addEventListener("chosen", ({ target, detail }) => {
    if (target.dataset.into) form.elements[target.dataset.into].value = detail;
    if (target.dataset.first) decide();
  });
  form.addEventListener("change", ({ target }) => {
    if (target.matches("[type=radio], select")) decide();
  });
  form.addEventListener("input", ({ target }) => {
    const key = target.dataset.into && form.elements[target.dataset.into];
    if (!key?.value) return;
    key.value = "";
    // Other words stand there now: the outcome of the kind before must not be taken for theirs.
    if (target.dataset.first) decide();
  });
  form.addEventListener("keydown", (event) => {
    const isBox = event.target.matches("input:not([type=file])");
    if (event.key === "Enter" && !event.ctrlKey && isBox) event.preventDefault();
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-here]");
    if (!button) return;
    event.preventDefault();
    form.elements.alt_given.value = button.dataset.here;
    decide();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.ctrlKey || event.repeat) return;
    const next = form.querySelector("button[data-next]");
    if (next) (event.preventDefault(), form.requestSubmit(next));
  });
  // The button that was pressed must not be pressed twice while the answer is on its way.
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => delete form.dataset.sent);
}

function lead(box) {
  box.addEventListener("chosen", ({ detail }) => {
    box.form.elements[box.dataset.into].value = detail;
    box.form.requestSubmit();
  });
}

document.querySelectorAll("input[role=combobox]").forEach(suggest);
document.querySelectorAll("[data-leads] input[role=combobox]").forEach(lead);
if (form) watch();
