// What pages with forms add where there is JavaScript: without a network nothing is sent and nothing is lost, whoever
// goes back finds what they had typed, and a session that is about to end says so.
"use strict";

const words = document.currentScript.dataset;
const styles = document.querySelector("link[rel=stylesheet]").href;
const WARN_SECONDS = 300;

function bar(text, label, press) {
  document.getElementById("bar")?.remove();
  const made = document.createElement("div");
  made.id = "bar";
  made.className = "bar";
  made.setAttribute("role", "alert");
  const line = document.createElement("p");
  line.textContent = text;
  made.append(line);
  if (label) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "govuk-button govuk-button--secondary";
    button.textContent = label;
    button.addEventListener("click", press);
    made.append(button);
  }
  document.body.append(made);
}

// A form is sent only when the server can be reached: the browser's own page about a lost network takes what was typed.
// The crew's forms are kept by their worker instead, and a click on a picture says where only once.
document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  const kept = form.matches(".crew__form") && navigator.serviceWorker?.controller;
  const secret = form.querySelector("input[type=password]"); // nothing in it would be kept, so it need not wait
  const own = kept || secret || submitter?.type === "image";
  if (event.defaultPrevented || form.method !== "post" || form.dataset.reached || own) return;
  event.preventDefault();
  if (form.dataset.asking) return;
  form.dataset.asking = "yes";
  try {
    await fetch(styles, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(10000) });
    form.dataset.reached = "yes";
    document.getElementById("bar")?.remove();
    form.requestSubmit(submitter);
  } catch {
    bar(words.notSent);
  } finally {
    delete form.dataset.asking;
    delete form.dataset.reached;
  }
});

// What was typed stays for going back and for loading again, in this tab alone; secrets never do.
const place = `typed ${location.pathname}${location.search}`;
const fields = () =>
  [...document.querySelectorAll("form[method=post] :is(textarea, select, input)")].filter(
    (field) => field.name && !["hidden", "password", "file", "image", "submit"].includes(field.type) && field.autocomplete !== "one-time-code",
  );
const valueOf = (field) => (["checkbox", "radio"].includes(field.type) ? field.checked : field.value);

window.addEventListener("pagehide", () => {
  const typed = fields().map((field) => [field.name, valueOf(field)]);
  if (typed.length) sessionStorage.setItem(place, JSON.stringify(typed));
});

const way = performance.getEntriesByType("navigation")[0]?.type;
const before = JSON.parse(sessionStorage.getItem(place) ?? "null");
sessionStorage.removeItem(place);
if (before && ["back_forward", "reload"].includes(way)) {
  fields().forEach((field, at) => {
    const [name, value] = before[at] ?? [];
    if (name !== field.name) return;
    if (typeof value === "boolean") field.checked = value;
    else field.value = value;
  });
}

// The session: another tab may have used it meanwhile, so the time of the last request is shared between tabs.
if (words.secondsLeft) {
  const now = () => Math.round(Date.now() / 1000);
  const begun = (seconds) => localStorage.setItem("session ends", now() + Number(seconds));
  const left = () => Number(localStorage.getItem("session ends")) - now();
  const stay = async () => {
    try {
      const answer = await fetch(words.stayAt, { redirect: "error", cache: "no-store" });
      const seconds = await answer.text();
      begun(seconds);
      document.getElementById("bar")?.remove();
      if (Number(seconds) <= WARN_SECONDS) bar(words.endsAnyhow);
      else watch();
    } catch {
      bar(words.ended);
    }
  };
  const watch = () => {
    const wait = left() - Math.min(WARN_SECONDS, Number(words.secondsLeft) / 2);
    if (wait > 0) window.setTimeout(watch, Math.min(wait, 3600) * 1000);
    else if (left() > 0) {
      bar(words.ending, words.stay, stay);
      window.setTimeout(watchEnd, 5000);
    } else bar(words.ended);
  };
  const watchEnd = () => {
    if (left() > WARN_SECONDS) {
      document.getElementById("bar")?.remove();
      watch();
    } else if (left() > 0) window.setTimeout(watchEnd, 5000);
    else bar(words.ended);
  };
  begun(words.secondsLeft);
  watch();
}
