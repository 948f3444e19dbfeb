// The crew's page in a dead spot: the list as it was, and forms that are kept with their photos and sent later.
// Each form bears a key, so that one whose answer was lost is done once. Signing out clears all (Clear-Site-Data).
"use strict";

const PAGE = "/staff/crew";
const CACHE = "crew";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("sync", (event) => event.waitUntil(sendWaiting()));
self.addEventListener("message", (event) => {
  if (event.data.keep) event.waitUntil(keepPage(event.data.keep));
  if (event.data.send) event.waitUntil(sendWaiting());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname } = new URL(request.url);
  if (request.method === "POST" && pathname.startsWith(`${PAGE}/`)) event.respondWith(sendOrKeep(request));
  else if (request.method === "GET" && pathname === PAGE) event.respondWith(pageOrCopy(request));
  else if (request.method === "GET" && pathname.startsWith("/web/")) event.respondWith(fileOrCopy(request));
});

async function keepPage(files) {
  const cache = await caches.open(CACHE);
  const page = await fetch(PAGE);
  if (page.ok && !page.redirected) await cache.put(PAGE, page);
  await Promise.all(files.map(async (file) => (await cache.match(file)) || cache.add(file)));
}

async function pageOrCopy(request) {
  try {
    const page = await fetch(request);
    if (page.ok && page.type === "basic" && !page.redirected) await (await caches.open(CACHE)).put(PAGE, page.clone());
    return page;
  } catch (fault) {
    const copy = await caches.match(PAGE);
    if (copy) return copy;
    throw fault;
  }
}

async function fileOrCopy(request) {
  try {
    return await fetch(request);
  } catch (fault) {
    const copy = await caches.match(request);
    if (copy) return copy;
    throw fault;
  }
}

/** Send a form; where the network fails, keep it and go back to the list. */
async function sendOrKeep(request) {
  const copy = request.clone();
  try {
    return await fetch(request);
  } catch {
    const form = await copy.formData();
    const copyOfPage = await caches.match(PAGE);
    await store("put", {
      key: form.get("key"),
      path: new URL(request.url).pathname,
      account: accountOf(copyOfPage ? await copyOfPage.text() : ""),
      fields: [...form.entries()].filter(([name]) => name !== "csrf"),
    });
    await self.registration.sync?.register("crew").catch(() => null);
    return Response.redirect(PAGE, 303);
  }
}

/** Send what waits, one after the other, as whoever typed it; the page is told how it went. */
async function sendWaiting() {
  await navigator.locks.request("crew", async () => {
    const waiting = (await store("getAll")).filter((form) => !form.refused);
    if (!waiting.length) return;
    let page;
    try {
      page = await fetch(PAGE, { cache: "no-store" });
    } catch {
      return;
    }
    if (page.redirected || !page.ok) return tell({ signIn: true });
    const text = await page.text();
    const csrf = text.match(/name="csrf" value="([^"]+)"/)?.[1];
    for (const form of waiting) {
      if (form.account !== accountOf(text)) continue;
      const body = new FormData();
      for (const [name, value] of form.fields) body.append(name, value);
      body.append("csrf", csrf);
      let answer;
      try {
        answer = await fetch(form.path, { method: "POST", body, headers: { "Idempotency-Key": form.key } });
      } catch {
        return;
      }
      if (answer.redirected) return tell({ signIn: true }); // the session ended meanwhile; the form stays here
      if (answer.status === 204) await store("delete", form.key);
      else if (answer.status < 500) await store("put", { ...form, refused: await reasonOf(answer) });
    }
    await tell({ sent: true });
  });
}

async function reasonOf(answer) {
  const plain = answer.headers.get("Content-Type")?.startsWith("text/plain");
  return plain ? await answer.text() : "Your role does not allow it, or it is not there any more";
}

const accountOf = (page) => page.match(/data-account="(\d+)"/)?.[1];

async function tell(word) {
  for (const client of await self.clients.matchAll()) client.postMessage(word);
}

/** One call on the store of waiting forms. */
function store(call, argument) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("crew", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("waiting", { keyPath: "key" });
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const transaction = opening.result.transaction("waiting", "readwrite");
      const asked = transaction.objectStore("waiting")[call](argument);
      transaction.oncomplete = () => {
        opening.result.close();
        resolve(asked.result);
      };
      transaction.onerror = () => reject(transaction.error);
    };
  });
}
