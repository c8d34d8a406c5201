// Prints the slip of a link at a button. Without it the browser's own menu prints.
for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
  button.hidden = false;
}
