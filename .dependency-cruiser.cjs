/** The arrows of docs/architecture.md, checked by a machine. */
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  // A spec may use what tests share; what it tests may not.
  from: { path: from, pathNot: '\\.spec\\.ts$' },
  to: { path: '^(apps|libs|localstack|cdktf|test|bench|build)/', pathNot: allowed },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      // cdktf/ has dependencies of its own, which need not be installed.
      to: { couldNotResolve: true, pathNot: '^(cdktf|constructs|@cdktf/.+)$' },
    },
    {
      name: 'no-app-imports-another',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    only('services-know-only-shared', '^apps/(?!workbench)', '^(apps|libs/shared)/'),
    only('workbench-reads-the-stack', '^apps/workbench/', '^(apps/workbench|localstack|libs/shared)/'),
    only('shared-stands-alone', '^libs/shared/', '^libs/shared/'),
    only('pipes-stand-alone', '^libs/pipes/', '^libs/pipes/'),
    only('topology-knows-only-shared', '^libs/topology/', '^libs/(topology|shared)/'),
    only('bundler-stands-alone', '^libs/bundler/', '^libs/bundler/'),
    only('localstack-reads-libs', '^localstack/', '^(localstack|libs/(topology|pipes|shared|bundler))/'),
    only('cdktf-reads-topology', '^cdktf/', '^(cdktf|libs/(topology|shared|bundler))/'),
    {
      name: 'product-code-imports-no-test',
      severity: 'error',
      from: { path: '^(apps|libs|localstack)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^test/|\\.spec\\.ts$' },
    },
    {
      name: 'no-dev-dependency-in-product-code',
      severity: 'error',
      from: { path: '^(apps|libs|localstack)/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/@types/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
