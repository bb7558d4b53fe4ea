# One image for every container of the system: the role is the command (`service order-service`, `pipes`, ...).
FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run --silent build:image

# A table browser, for `docker compose --profile tools up`.
FROM node:24-slim AS tables
WORKDIR /app
RUN --mount=type=cache,target=/root/.npm npm install --no-save --no-audit --no-fund --ignore-scripts dynamodb-admin@5.3.3
USER node
ENTRYPOINT ["node", "node_modules/dynamodb-admin/dist/dynamodb-admin.js"]

# Bundles, and the pages that browsers load: no compiler, no test, no package that a service needs.
FROM node:24-slim AS tabletop
WORKDIR /app
RUN mkdir /data && chown node:node /data
COPY --from=build /build/dist/image ./
ENV NODE_ENV=production ROOT=/app DATA_DIR=/data HOST=0.0.0.0
USER node
ENTRYPOINT ["node", "--enable-source-maps", "tabletop/cli.js"]

# EventBridge Pipes beside a LocalStack of your own (docs/compose.md).
FROM tabletop AS tabletop-pipes
ENV PORT=4566
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --start-interval=1s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["beside"]
