// Compares a file with the letter's hashes inside this browser. Nothing is sent anywhere: the
// page's policy (connect-src 'none') would not even allow it.
const place = document.querySelector("[data-compare]");
const said = place.querySelector("[data-said]");
const drop = place.querySelector("[data-drop]");
const input = place.querySelector("input[type=file]");
const hashes = place.dataset.compare.split(" ");
const largest = Number(place.dataset.largest);

let turn = 0;

function say(answer, file) {
  const words = place.querySelector(`[data-answer=${answer}]`).content.cloneNode(true);
  const name = words.querySelector("[data-file]");
  if (name) name.textContent = file.name;
  said.replaceChildren(words);
}

async function hashOf(file) {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function answerFor(file) {
  // Told by its size alone: a file of 200 MB is not read at all.
  if (file.size > largest) return "large";
  try {
    return hashes.includes(await hashOf(file)) ? "same" : "other";
  } catch {
    // A folder, or a file that has gone or may not be read.
    return "unreadable";
  }
}

async function compare(files) {
  if (files.length === 0) return;
  // Whoever chooses another file meanwhile is told about that one only.
  const mine = ++turn;
  if (files.length > 1) return say("several");
  say("working");
  const answer = await answerFor(files[0]);
  if (mine !== turn) return;
  say(answer, files[0]);
  said.scrollIntoView({ block: "nearest" });
}

function acceptDrops() {
  // Over the whole page: a file that misses the field would else replace the page.
  addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("pt-drop--over");
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) drop.classList.remove("pt-drop--over");
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("pt-drop--over");
    input.value = "";
    compare([...event.dataTransfer.files]);
  });
}

function start() {
  if (!globalThis.isSecureContext || !globalThis.crypto?.subtle) {
    place.querySelector("[data-insecure]").hidden = false;
    return;
  }
  place.querySelector("[data-ready]").hidden = false;
  input.addEventListener("change", () => compare([...input.files]));
  acceptDrops();
}

start();
