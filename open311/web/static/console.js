// What the console adds where there is JavaScript. Everything works without it.
"use strict";

/** Whether there is room for a case beside the list: the style sheet decides. */
function hasRoom() {
  return document.getElementById("pane").getClientRects().length > 0;
}

function openBeside(link) {
  const rows = document.querySelectorAll(".cases tr");
  rows.forEach((row) => row.toggleAttribute("data-open", row.contains(link)));
  window.htmx.ajax("GET", link.getAttribute("href"), { target: "#pane", swap: "innerHTML" }).then(() => {
    document.getElementById("pane").scrollTop = 0;
  });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-pane]");
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (link && plain && window.htmx && hasRoom()) {
    event.preventDefault();
    openBeside(link);
  }
});

// Keys act only while the focus is in the list, so that they stand in nobody's way (WCAG 2.1.4).
document.addEventListener("keydown", (event) => {
  const row = event.target.closest(".cases tbody tr");
  if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
  const beside = { j: row.nextElementSibling, k: row.previousElementSibling }[event.key];
  if (beside) beside.querySelector("a[data-pane]").focus();
  else if (event.key === "o") row.querySelector("a[data-pane]").click();
  else if (event.key === "x") row.querySelector("input[type=checkbox]")?.click();
  else return;
  event.preventDefault();
});
