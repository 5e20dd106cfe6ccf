// The page that shows the API: the reader of OpenAPI that django-ninja brings, on our own document.
const place = document.getElementById("api");
SwaggerUIBundle({
  url: place.dataset.document,
  domNode: place,
  deepLinking: false,
  persistAuthorization: false,
  presets: [SwaggerUIBundle.presets.apis],
});
