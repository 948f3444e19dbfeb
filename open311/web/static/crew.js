// What the crew's page adds where there is JavaScript: it works through a dead spot, and knows where one is.
"use strict";

const waitingLine = document.getElementById("waiting");

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/staff/crew.js", { scope: "/staff/crew" });
  navigator.serviceWorker.ready.then(({ active }) => {
    const files = [...document.querySelectorAll("link[rel=stylesheet], script[src]")].map((each) => each.href || each.src);
    active.postMessage({ keep: files });
    const send = () => active.postMessage({ send: true });
    send();
    window.addEventListener("online", send);
    window.setInterval(send, 5000);
  });
  navigator.serviceWorker.addEventListener("message", async ({ data }) => {
    await showWaiting(data.signIn ? " Sign in to send it." : "");
    if (data.sent && !document.querySelector("details[open]")) window.location.reload();
  });
  showWaiting();
}

function waiting() {
  return new Promise((resolve) => {
    const opening = indexedDB.open("crew", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("waiting", { keyPath: "key" });
    opening.onsuccess = () => {
      const asked = opening.result.transaction("waiting").objectStore("waiting").getAll();
      asked.onsuccess = () => {
        opening.result.close();
        resolve(asked.result);
      };
    };
  });
}

/** Say how much waits to be sent and what was refused, and hide what is done already. */
async function showWaiting(more = "") {
  const forms = await waiting();
  const numberOf = (form) => form.path.split("/").pop();
  const refused = forms.filter((form) => form.refused);
  const unsent = forms.filter((form) => !form.refused);
  for (const form of unsent) document.getElementById(`task-${numberOf(form)}`)?.setAttribute("hidden", "");
  const lines = refused.map((form) => `${numberOf(form)} was not taken: ${form.refused}.`);
  if (unsent.length) lines.unshift(`${unsent.length} waiting to be sent.${more}`);
  waitingLine.textContent = lines.join(" ");
  waitingLine.hidden = !lines.length;
}

// What is held back for some seconds is done by then.
if (document.querySelector(".crew__held")) {
  window.setTimeout(() => {
    if (!document.querySelector("details[open]")) window.location.replace("/staff/crew");
  }, 12000);
}

// Signing out takes from the telephone whatever lies there, so it waits until everything is sent.
document.querySelector('form[action$="/signout"]')?.addEventListener("submit", async (event) => {
  const form = event.target;
  event.preventDefault();
  const unsent = (await waiting()).filter((each) => !each.refused);
  if (unsent.length) {
    await showWaiting(" Signing out would lose it: wait until there is a network.");
    waitingLine.scrollIntoView();
  } else form.submit();
});

const here = document.getElementById("here");
if (navigator.geolocation) {
  here.hidden = false;
  here.addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      window.location.search = new URLSearchParams({ lat: coords.latitude.toFixed(5), long: coords.longitude.toFixed(5) });
    });
  });
}
