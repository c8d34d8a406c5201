// The box for a drawn name. Where a hand wrote leaves this page; how fast and how hard never does.
import SignaturePad from "../static/signature_pad/signature_pad.min.js";

// Of one width, because a line that thins with speed would tell the speed.
const WIDTH = 2.2;

function places(strokes) {
  return strokes.map(({ points }) => ({
    points: points.map(({ x, y }) => ({ x: Math.round(x), y: Math.round(y) })),
  }));
}

function fit(canvas, pad) {
  const ratio = Math.min(devicePixelRatio || 1, 2);
  const strokes = pad.toData();
  canvas.width = canvas.offsetWidth * ratio;
  canvas.height = canvas.offsetHeight * ratio;
  canvas.getContext("2d").scale(ratio, ratio);
  pad.fromData(strokes);
}

function open(group) {
  const form = group.closest("form");
  const canvas = group.querySelector("canvas");
  const fields = form.elements;
  group.hidden = false;
  const pad = new SignaturePad(canvas, {
    minWidth: WIDTH,
    maxWidth: WIDTH,
    penColor: "#000",
    velocityFilterWeight: 0,
  });
  fit(canvas, pad);
  addEventListener("resize", () => fit(canvas, pad));
  group.querySelector("[data-clear]").addEventListener("click", () => pad.clear());
  form.addEventListener("submit", () => {
    fields.mark.value = pad.isEmpty() ? "" : pad.toDataURL("image/png");
    fields.strokes.value = pad.isEmpty() ? "" : JSON.stringify(places(pad.toData()));
  });
}

document.querySelectorAll("[data-pad]").forEach(open);
document.querySelectorAll("form[data-sign]").forEach((form) => {
  form.addEventListener("submit", () => {
    form.elements.device_at.value = new Date().toISOString();
  });
});
