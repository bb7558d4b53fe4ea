/** The transformer of a stage: makes what is sent out of events, one by one, with the stage's input template or without. */
import { compileTemplate, type InputTemplate } from './template/input-template.js';
import { type TemplateContext } from './template/variable.js';
import { type OutgoingRecord } from './target.js';

export interface TransformationOptions {
  /** Absent or empty: events are sent as they are. */
  readonly inputTemplate: string | undefined;
  /** The stage takes JSON only. */
  readonly needsJson: boolean;
}

export type Transformed =
  | { readonly records: readonly OutgoingRecord[]; readonly missing: ReadonlyMap<string, number> }
  | { readonly failed: string };

export class Transformation {
  readonly #template: InputTemplate | undefined;

  constructor(private readonly options: TransformationOptions) {
    const { inputTemplate } = options;
    // An empty template removes the template. https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeTargetParameters.html
    if (inputTemplate !== undefined && inputTemplate !== '') this.#template = compileTemplate(inputTemplate);
  }

  get hasTemplate(): boolean {
    return this.#template !== undefined;
  }

  /** Names in the template that can never have a value. */
  get unknownVariables(): readonly string[] {
    return this.#template?.unknown ?? [];
  }

  /** What is sent; `missing` counts for each variable the events in which it had no value. */
  apply(events: readonly unknown[], context: TemplateContext): Transformed {
    const missing = new Map<string, number>();
    const records: OutgoingRecord[] = [];
    for (const [position, event] of events.entries()) {
      try {
        records.push({ event, text: this.#render(event, context, missing) });
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        return { failed: `Event ${position + 1} of ${events.length} cannot be transformed: ${why}` };
      }
    }
    return { records, missing };
  }

  #render(event: unknown, context: TemplateContext, missing: Map<string, number>): string {
    const { needsJson } = this.options;
    if (this.#template === undefined) return typeof event === 'string' && !needsJson ? event : JSON.stringify(event);
    const rendered = this.#template.render(event, context);
    for (const name of rendered.missing) missing.set(name, (missing.get(name) ?? 0) + 1);
    if (needsJson) assertJson(rendered.text);
    return rendered.text;
  }
}

/** @throws Error that shows the beginning of what is no JSON. */
function assertJson(text: string): void {
  try {
    JSON.parse(text);
  } catch (error) {
    throw new Error(`the template's result is not JSON: ${text.slice(0, 100)}`, { cause: error });
  }
}
