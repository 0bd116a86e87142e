globalThis.SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  // Requests are signed, which this page can not do: it shows calls and makes none.
  supportedSubmitMethods: [],
  validatorUrl: null,
});
