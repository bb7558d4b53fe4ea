/** What each step of the pipeline runs, as CodeBuild's build specifications. JSON is YAML, so they are written as JSON. */

/** Its checksum is that of the release: what deploys is not to change by itself. https://releases.hashicorp.com/terraform/ */
const TERRAFORM = { version: '1.11.4', sha256: '1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc' };

/** Not in the step's own folder, all of which is handed over. */
const ZIP = '/tmp/terraform.zip';

const INSTALL_TERRAFORM = [
  `curl -fsSL -o ${ZIP} https://releases.hashicorp.com/terraform/${TERRAFORM.version}/terraform_${TERRAFORM.version}_linux_amd64.zip`,
  `echo "${TERRAFORM.sha256}  ${ZIP}" | sha256sum -c -`,
  `unzip -q -o ${ZIP} terraform -d /usr/local/bin`,
];

/** Providers are fetched anew by each step, and are no part of what is handed over. */
const APART = { TF_DATA_DIR: '/tmp/terraform', TF_IN_AUTOMATION: '1' };

interface Step {
  readonly variables?: Readonly<Record<string, string>>;
  /** Major version, of those that the image has; the image's default may become another one. */
  readonly node?: number;
  readonly install?: readonly string[];
  readonly build: readonly string[];
  /** What the next step takes over; none ends the pipeline. */
  readonly files?: readonly string[];
  /** Where `files` are looked up. */
  readonly from?: string;
}

const specification = ({ variables, node, install = [], build, files, from }: Step): string =>
  JSON.stringify({
    version: 0.2,
    ...(variables && { env: { variables } }),
    phases: {
      ...(install.length > 0 && {
        install: { ...(node !== undefined && { 'runtime-versions': { nodejs: node } }), commands: install },
      }),
      build: { commands: build },
    },
    ...(files && { artifacts: { files, ...(from !== undefined && { 'base-directory': from }) } }),
  });

/** https://github.com/aws/aws-codebuild-docker-images/blob/master/al/x86_64/standard/5.0/runtimes.yml */
const NODE = 24;

export const testCommands = (stage: string): string =>
  specification({
    node: NODE,
    install: INSTALL_TERRAFORM,
    build: [
      'npm ci',
      'npm ci --prefix cdktf',
      'npm test',
      'npm run --silent test:deploy',
      'npm run --silent check:static',
      `npm run --silent synth -- ${stage} --strict`,
    ],
    files: ['**/*'],
    from: `cdktf.out/${stage}`,
  });

/** The plan that a person approves is the very one that is applied. */
export const planCommands = (): string =>
  specification({
    variables: APART,
    install: INSTALL_TERRAFORM,
    build: [
      'terraform -chdir=stacks/service init -input=false',
      'terraform -chdir=stacks/service plan -input=false -out=approved.tfplan',
    ],
    files: ['**/*', 'stacks/service/.terraform.lock.hcl'],
  });

export const applyCommands = (): string =>
  specification({
    variables: APART,
    install: INSTALL_TERRAFORM,
    build: [
      'terraform -chdir=stacks/service init -input=false',
      'terraform -chdir=stacks/service apply -input=false approved.tfplan',
      'terraform -chdir=stacks/service output',
    ],
  });
