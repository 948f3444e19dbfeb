// Offers to tell this device instead of a mailbox, where the browser can do that. All else works without this file.
"use strict";

const part = document.getElementById("push");

// A worker that was never here before takes a moment; before that nothing can be subscribed.
async function activeWorker() {
  const registration = await navigator.serviceWorker.register(part.dataset.worker);
  const coming = registration.installing ?? registration.waiting;
  if (!registration.active && coming) {
    await new Promise((resolve) => {
      coming.addEventListener("statechange", () => coming.state === "activated" && resolve());
    });
  }
  return registration;
}

async function subscribe() {
  const registration = await activeWorker();
  const how = { userVisibleOnly: true, applicationServerKey: part.dataset.key };
  const { endpoint, keys } = (await registration.pushManager.subscribe(how)).toJSON();
  const form = part.closest("form");
  for (const [name, value] of [["endpoint", endpoint], ["key", keys.p256dh], ["secret", keys.auth]]) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: `push_${name}`, value });
    form.append(field);
  }
  form.submit();
}

if (part && "serviceWorker" in navigator && "PushManager" in window) {
  part.hidden = false;
  part.querySelector("button").addEventListener("click", () => {
    const said = part.querySelector("[role=status]");
    said.textContent = "";
    subscribe().catch(() => { said.textContent = part.dataset.refused; });
  });
}
