// Labels a text by key: 1, 2, 3 for the choices, s to skip. Typing in a field and shortcuts of the browser stay as they are.
(() => {
  "use strict";
  const form = document.getElementById("label-text");
  if (!form) return;
  let sent = false;

  form.addEventListener("submit", () => {
    sent = true;
  });
  document.addEventListener("keydown", (event) => {
    if (sent || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const button = form.querySelector(`button[aria-keyshortcuts="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!button) return;
    event.preventDefault();
    button.click();
  });
})();
