// Shows schemas/openapi.yaml in the vendored viewer. Nothing is asked of any other host: the viewer's remote validator
// is off, and the page's Content-Security-Policy would not let it through.
"use strict";

const place = document.getElementById("reference");

window.SwaggerUIBundle({
  domNode: place,
  url: place.dataset.url,
  validatorUrl: null,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: -1,
  displayRequestDuration: true,
  // A description of this API can be shown, and no other: a link must not put a stranger's in its place.
  queryConfigEnabled: false,
});
