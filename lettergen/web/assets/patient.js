// Comforts for pages outside the practice. They work without it.
const WHOLE_DATE = /^\s*(\d{1,2})[ ./-]+(\d{1,2}|[a-z]{3,9})[ ./-]+(\d{4})\s*$/i;

function pasteWholeDate(group) {
  const boxes = [...group.querySelectorAll("input")];
  group.addEventListener("paste", (event) => {
    const parts = WHOLE_DATE.exec(event.clipboardData.getData("text"));
    if (!parts || boxes.length !== 3) return;
    event.preventDefault();
    boxes.forEach((box, at) => {
      box.value = parts[at + 1];
    });
    boxes[2].focus();
  });
}

function sendOnce(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  // A page that the browser brings back by its Back button is to be usable again.
  addEventListener("pageshow", () => delete form.dataset.sent);
}

const summary = document.querySelector(".nhsuk-error-summary");
if (summary) {
  summary.tabIndex = -1;
  summary.focus();
}
document.querySelectorAll(".nhsuk-date-input").forEach(pasteWholeDate);
document.querySelectorAll("form[method=post]").forEach(sendOnce);
