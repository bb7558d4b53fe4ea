/** Swagger pages of a service that runs as a server; functions serve none. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import express, { type Express } from 'express';
import { type OpenApiDocument } from './openapi-document.js';

const page = (title: string): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>${title}</title>
    <link rel="stylesheet" href="/docs/assets/swagger-ui.css" />
  </head>
  <body>
    <div id="api"></div>
    <script src="/docs/assets/swagger-ui-bundle.js"></script>
    <script>
      SwaggerUIBundle({ url: '/docs/openapi.json', dom_id: '#api' });
    </script>
  </body>
</html>
`;

/** Adds `/docs` and `/docs/openapi.json` to a server. */
export function pages(document: OpenApiDocument): (server: Express) => void {
  const assets = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  return (server) => {
    server.get('/docs', (_request, response) => void response.type('html').send(page(document.info.title)));
    server.get('/docs/openapi.json', (_request, response) => void response.json(document));
    server.use('/docs/assets', express.static(assets, { index: false }));
  };
}
