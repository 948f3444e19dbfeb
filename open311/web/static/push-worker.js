// Shows what the city tells this device (wire/letter, notice); a click opens the page behind its link.
"use strict";

self.addEventListener("push", (event) => {
  const { title, body, language, url } = event.data.json();
  event.waitUntil(self.registration.showNotification(title, { body, lang: language, data: url }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  if (event.notification.data) event.waitUntil(self.clients.openWindow(event.notification.data));
});
