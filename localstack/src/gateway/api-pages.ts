/** What the API answers by itself: its index, health, the joined OpenAPI document and the pages that show it. */
import { existsSync, readFileSync } from 'node:fs';
import { type OutgoingHttpHeaders } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { originsIn } from '../../../libs/shared/src/cors-origins.js';
import { type LambdaFunction, type RestApi } from '../../../libs/topology/src/model.js';
import { type HttpAnswer } from './proxy-response.js';

interface OpenApiDocument {
  paths: Record<string, Record<string, object>>;
  components?: Record<string, Record<string, unknown>>;
  tags?: unknown[];
}

const UI_FILES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.png': 'image/png',
};

const PREFLIGHT = {
  'access-control-allow-methods': 'GET, HEAD, OPTIONS',
  'access-control-allow-headers': '*',
} as const;

/** What answers: the functions, and what else requests need. */
export interface ApiHealth {
  readonly functions: Readonly<Record<string, boolean>>;
  readonly needs?: Readonly<Record<string, boolean>>;
}

/** Where a caller found the API, and the page that calls, if one does. */
export interface PageCaller {
  readonly base: string;
  readonly origin: string | undefined;
}

export interface ApiPagesOptions {
  api: RestApi;
  /** Undefined where no route asks for a token. */
  authorizer: unknown;
  stage: string;
  /** The service's openapi.json; a function may have none. */
  documentOf: (lambda: LambdaFunction) => string | undefined;
  /** Comma separated origins whose pages may read, `*`, or empty for none. */
  corsOrigins: string;
  health: () => Promise<ApiHealth>;
}

/** The API's own paths. */
export class ApiPages {
  private readonly functions: LambdaFunction[];

  constructor(private readonly options: ApiPagesOptions) {
    this.functions = [...new Set(options.api.routes.map(({ target }) => target))];
  }

  /** The answer to a request on one of its own paths, with or without a slash at the end; else undefined. */
  async answer(method: string, path: string, { base, origin }: PageCaller): Promise<HttpAnswer | undefined> {
    const page = await this.page(path === '/' ? '/' : path.replace(/\/$/, ''), base);
    if (page === undefined) return undefined;
    const cors = corsHeaders(this.options.corsOrigins, origin);
    if (method === 'GET' || method === 'HEAD') return { ...page, headers: { ...cors, ...page.headers } };
    const headers = { ...cors, allow: 'GET, HEAD, OPTIONS' };
    if (method === 'OPTIONS') {
      const isAllowed = 'access-control-allow-origin' in cors;
      return { status: 204, headers: { ...headers, ...(isAllowed && PREFLIGHT) }, body: '' };
    }
    const detail = 'This page can only be read; send GET.';
    const problem = {
      type: 'about:blank',
      title: 'Method Not Allowed',
      status: 405,
      detail,
      code: 'METHOD_NOT_ALLOWED',
    };
    return {
      status: 405,
      headers: { ...headers, 'content-type': 'application/problem+json' },
      body: JSON.stringify(problem),
    };
  }

  private page(path: string, origin: string): HttpAnswer | undefined | Promise<HttpAnswer> {
    if (path === '/') return json(this.index(origin));
    if (path === '/health') return this.health();
    if (path === '/openapi.json') return json(this.document(origin));
    if (path === '/docs') return this.docs();
    return path.startsWith('/docs/') ? uiFile(path.slice('/docs/'.length)) : undefined;
  }

  private index(origin: string): object {
    const services = this.functions.map(({ name }) => ({
      name,
      routes: this.options.api.routes
        .filter(({ target }) => target.name === name)
        .map(({ method, path }) => `${method} ${path}`),
    }));
    const base = `${origin}/${this.options.stage}`;
    return { services, docs: `${base}/docs`, openapi: `${base}/openapi.json`, health: `${base}/health` };
  }

  private async health(): Promise<HttpAnswer> {
    const health = await this.options.health();
    const healthy = Object.values({ ...health.needs, ...health.functions }).every(Boolean);
    return json({ status: healthy ? 'ok' : 'unavailable', ...health }, healthy ? 200 : 503);
  }

  /** One document for all services; each names its own schemas, and shared ones are word for word the same. */
  private document(origin: string): object {
    const documents = this.functions.flatMap((lambda) => {
      const file = this.options.documentOf(lambda);
      return file !== undefined && existsSync(file) ? [JSON.parse(readFileSync(file, 'utf8')) as OpenApiDocument] : [];
    });
    const components: Record<string, Record<string, unknown>> = {};
    for (const document of documents)
      for (const [section, entries] of Object.entries(document.components ?? {}))
        components[section] = { ...components[section], ...entries };
    // What describes the services says what jwt mode asks for; where nobody signs in that would be wrong.
    const isOpen = this.options.authorizer === undefined;
    if (isOpen) delete components.securitySchemes;
    const paths = Object.assign({}, ...documents.map((document) => document.paths)) as OpenApiDocument['paths'];
    return {
      openapi: '3.1.0',
      info: { title: this.options.api.name, version: this.options.stage },
      servers: [{ url: `${origin}/${this.options.stage}` }],
      tags: documents.flatMap(({ tags = [] }) => tags),
      paths: isOpen ? withoutSecurity(paths) : paths,
      components,
    };
  }

  private docs(): HttpAnswer {
    const base = `/${this.options.stage}`;
    return {
      status: 200,
      headers: { 'content-type': 'text/html; charset=utf-8' },
      body: `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>${this.options.api.name}</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="${base}/docs/swagger-ui.css">
  </head>
  <body>
    <div id="ui"></div>
    <script src="${base}/docs/swagger-ui-bundle.js"></script>
    <script>SwaggerUIBundle({ url: '${base}/openapi.json', dom_id: '#ui' });</script>
  </body>
</html>
`,
    };
  }
}

/** As the services have it (libs/shared/src/http/cors.ts): every origin, those of a list, or none. */
function corsHeaders(corsOrigins: string, origin: string | undefined): OutgoingHttpHeaders {
  const origins = originsIn(corsOrigins);
  if (origins.includes('*')) return { 'access-control-allow-origin': '*' };
  if (origins.length === 0) return {};
  const isListed = origin !== undefined && origins.includes(origin);
  return { vary: 'Origin', ...(isListed && { 'access-control-allow-origin': origin }) };
}

const withoutSecurity = (paths: OpenApiDocument['paths']): OpenApiDocument['paths'] =>
  Object.fromEntries(
    Object.entries(paths).map(([path, operations]) => [
      path,
      Object.fromEntries(
        Object.entries(operations).map(([method, each]) => [method, { ...each, security: undefined }]),
      ),
    ]),
  );

/** One of Swagger UI's own files; a name with a folder in it is none. */
function uiFile(name: string): HttpAnswer | undefined {
  const type = UI_FILES[extname(name)];
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  if (type === undefined || !/^[a-z0-9.-]+$/i.test(name) || !existsSync(join(folder, name))) return undefined;
  return { status: 200, headers: { 'content-type': type }, body: readFileSync(join(folder, name)) };
}

const json = (value: object, status = 200): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});
