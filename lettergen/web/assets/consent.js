// Shows how far the patient is, without anybody reloading the page.

const EVERY = 4000;
const place = document.querySelector("[data-poll]");

async function look() {
  if (document.visibilityState !== "visible") return;
  const reply = await fetch(place.dataset.poll, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!reply) return;
  if (!reply.ok || reply.redirected) return location.reload();
  const { mark } = await reply.json();
  if (mark !== place.dataset.mark && !isTyping()) location.reload();
}

function isTyping() {
  return document.activeElement?.matches("input, textarea, select") ?? false;
}

if (place) {
  place.textContent = "This page follows what the patient does.";
  setInterval(look, EVERY);
}
