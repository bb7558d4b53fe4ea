/** Runs the real terraform on a synthesized stack, against the stand-in provider, in a folder of its own. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** Why the specs that need terraform are skipped; false where they are not. */
export const noTerraform: string | false =
  spawnSync('terraform', ['version'], { stdio: 'ignore' }).status === 0
    ? false
    : 'terraform is not on PATH; https://developer.hashicorp.com/terraform/install';

/**
 * An environment without what tells a person's own Terraform where to work and what to add to its commands: each test has a
 * folder of its own. https://developer.hashicorp.com/terraform/cli/config/environment-variables
 */
export const withoutOwnTerraform = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^TF_(?:DATA_DIR|WORKSPACE|CLI_ARGS.*)$/.test(name)),
  );

/** A resource as the state tells of it. */
export interface StateResource {
  readonly address: string;
  readonly mode: 'managed' | 'data';
  readonly type: string;
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** What a plan would do to a resource; a replacement is both `delete` and `create`. */
export interface Change {
  readonly address: string;
  readonly type: string;
  readonly change: { readonly actions: readonly ('no-op' | 'create' | 'read' | 'update' | 'delete' | 'forget')[] };
}

const LONGEST_REASON = 4000;

export interface Outcome {
  readonly code: number;
  /** Both streams, without colours. */
  readonly output: string;
}

/** The stand-in provider, running. */
export interface Provider {
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * Starts the stand-in with the schemas of all types that the stacks name.
 * @param stacks files of Terraform JSON
 */
export async function startProvider(stacks: readonly string[]): Promise<Provider> {
  const program = join(import.meta.dirname, '..', 'provider', 'program.js');
  const child = spawn(process.execPath, [program, ...stacks], { stdio: ['pipe', 'pipe', 'inherit'] });
  return {
    environment: {
      TF_REATTACH_PROVIDERS: await firstLine(child),
      // Nothing is asked of the network, nothing of the user's own settings is read.
      CHECKPOINT_DISABLE: '1',
      TF_CLI_CONFIG_FILE: '/dev/null',
      TF_IN_AUTOMATION: '1',
    },
    stop: async () => {
      child.stdin?.end();
      await once(child, 'exit');
    },
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  const exit = once(child, 'exit').then(([code]) => {
    throw new Error(`the stand-in provider ended with ${code}`);
  });
  let line = '';
  const read = async (): Promise<string> => {
    for await (const chunk of child.stdout ?? []) {
      line += String(chunk);
      if (line.endsWith('\n')) return line.trim();
    }
    return line;
  };
  return Promise.race([read(), exit]);
}

/** A stack's copy, initialized, with a state of its own. */
export class Workspace {
  private constructor(
    readonly folder: string,
    private readonly environment: Readonly<Record<string, string>>,
  ) {}

  /**
   * Copies a stack and initializes it.
   * @param stack the folder of its `cdk.tf.json`
   */
  static async of(stack: string, provider: Provider): Promise<Workspace> {
    const folder = await mkdtemp(join(tmpdir(), 'tabletop-terraform-'));
    const workspace = new Workspace(folder, provider.environment);
    await workspace.take(stack);
    return workspace;
  }

  /** Puts another synthesis of the stack in this one's place; the state stays. */
  async take(stack: string): Promise<void> {
    await cp(stack, this.folder, { recursive: true });
    const local = { terraform: { backend: { local: { path: 'state.tfstate' } } } };
    // Terraform takes files of this name to replace parts of the others.
    await writeFile(join(this.folder, 'local_override.tf.json'), JSON.stringify(local));
    await this.must('init', '-input=false', '-reconfigure');
  }

  /** Runs a command to its end, whatever that is. */
  async run(...args: readonly string[]): Promise<Outcome> {
    const child = spawn('terraform', [...args], {
      cwd: this.folder,
      env: { ...withoutOwnTerraform(process.env), ...this.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exit = once(child, 'exit') as Promise<[number | null]>;
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
    return { code: code ?? 1, output: out + err };
  }

  /** Runs a command and gives its output. @throws Error with the reason where it failed */
  async must(...args: readonly string[]): Promise<string> {
    const { code, output } = await this.run(...args, ...(args[0] === 'show' ? [] : ['-no-color']));
    // What goes before may be a plan of thousands of lines.
    const why = output.slice(Math.max(0, output.indexOf('Error: '))).slice(0, LONGEST_REASON);
    if (code !== 0) throw new Error(`terraform ${args.join(' ')} ended with ${code}:\n${why}`);
    return output;
  }

  apply(): Promise<string> {
    return this.must('apply', '-auto-approve', '-input=false');
  }

  /** What an apply would do, without what it would leave alone. */
  async plan(): Promise<Change[]> {
    await this.must('plan', '-input=false', '-out=next.plan');
    const plan = JSON.parse(await this.must('show', '-json', 'next.plan')) as { resource_changes?: Change[] };
    return (plan.resource_changes ?? []).filter(({ change }) => change.actions.some((action) => action !== 'no-op'));
  }

  /** All resources and data sources of the state. */
  async state(): Promise<StateResource[]> {
    const shown = JSON.parse(await this.must('show', '-json')) as {
      values?: { root_module: { resources?: StateResource[] } };
    };
    return shown.values?.root_module.resources ?? [];
  }

  async outputs(): Promise<Record<string, unknown>> {
    const outputs = JSON.parse(await this.must('output', '-json')) as Record<string, { value: unknown }>;
    return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]));
  }

  destroy(): Promise<string> {
    return this.must('destroy', '-auto-approve', '-input=false');
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
