/**
 * AWS's input transformer: a template read once, rendered for each record.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html
 *
 * In a JSON template (one that begins with a bracket) a variable outside quotes is a JSON value. Everywhere else, in
 * quotes, in free text and when the template is a single variable, it is text. A variable without a value "won't appear in
 * the output": as text it is empty, as a member it takes its key with it, as an element its comma. The last is our choice.
 */
import { parseVariable, renderVariable, type TemplateContext, type Variable } from './variable.js';

export interface Rendered {
  readonly text: string;
  /** Names of the variables that had no value. */
  readonly missing: readonly string[];
}

export interface InputTemplate {
  /** Variables that can never have a value: not a path that Pipes understands, not a reserved name. */
  readonly unknown: readonly string[];
  render(event: unknown, context: TemplateContext): Rendered;
}

/** https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeTargetParameters.html */
export const MAX_TEMPLATE_CHARACTERS = 8192;

interface Verbatim {
  readonly kind: 'text';
  readonly text: string;
}

/** A bracket, a comma or a colon outside quotes. */
interface Mark {
  readonly kind: 'mark';
  readonly text: string;
}

interface Slot {
  readonly kind: 'slot';
  readonly variable: Variable;
  readonly place: 'json' | 'text';
  /** Where that begins which disappears with a missing value: the member's key, or the slot itself. */
  readonly from: number;
}

type Piece = Verbatim | Mark | Slot;

export function compileTemplate(template: string): InputTemplate {
  const pieces = new TemplateReader(template).read();
  const slots = pieces.filter((piece) => piece.kind === 'slot');
  return {
    unknown: slots.filter(({ variable }) => variable.kind === 'unknown').map(({ variable }) => variable.name),
    render: (event, context) => render(pieces, event, context),
  };
}

function render(pieces: readonly Piece[], event: unknown, context: TemplateContext): Rendered {
  const missing: string[] = [];
  const gaps: { readonly from: number; readonly to: number }[] = [];
  const texts = pieces.map((piece, index) => {
    if (piece.kind !== 'slot') return piece.text;
    const text = renderVariable(piece.variable, piece.place, event, context);
    if (text !== undefined) return text;
    missing.push(piece.variable.name);
    if (piece.place === 'json') gaps.push({ from: piece.from, to: index });
    return '';
  });
  for (const { from, to } of gaps) {
    texts.fill('', from, to + 1);
    const comma = commaBeside(pieces, texts, from, to);
    if (comma !== undefined) texts[comma] = '';
  }
  return { text: texts.join(''), missing };
}

/** The comma that goes with a gap: the one behind it, else the one before it. */
function commaBeside(pieces: readonly Piece[], texts: readonly string[], from: number, to: number): number | undefined {
  const isComma = (index: number): boolean => pieces[index]?.kind === 'mark' && texts[index] === ',';
  let behind = to + 1;
  while (behind < texts.length && texts[behind]?.trim() === '') behind += 1;
  if (isComma(behind)) return behind;
  let before = from - 1;
  while (before >= 0 && texts[before]?.trim() === '') before -= 1;
  return isComma(before) ? before : undefined;
}

const VARIABLE = /<(\$[^<>"]*|aws\.pipes\.[^<>"\s]*)>/y;

class TemplateReader {
  readonly #pieces: Piece[] = [];
  /** Only in a template that begins with a bracket can a variable be a JSON value. */
  readonly #isJson: boolean;
  #text = '';
  #depth = 0;
  /** The last two things outside quotes that are not blank: marks, or where a string began. */
  #last: readonly [before: Mark | number | undefined, last: Mark | number | undefined] = [undefined, undefined];

  constructor(private readonly template: string) {
    this.#isJson = /^\s*[[{]/.test(template);
  }

  read(): readonly Piece[] {
    let stringFrom: number | undefined;
    for (let at = 0; at < this.template.length;) {
      const character = this.template.charAt(at);
      const name = this.#variableAt(at);
      if (name !== undefined) {
        this.#slot(name, stringFrom !== undefined);
        at += name.length + 2;
        continue;
      }
      if (stringFrom !== undefined) {
        const length = character === '\\' ? 2 : 1;
        this.#text += this.template.slice(at, at + length);
        if (character === '"') {
          this.#flush();
          this.#note(stringFrom);
          stringFrom = undefined;
        }
        at += length;
        continue;
      }
      if (character === '"') {
        this.#flush();
        stringFrom = this.#pieces.length;
        this.#text = character;
      } else if ('{}[],:'.includes(character)) this.#mark(character);
      else {
        this.#text += character;
        if (character.trim() !== '') this.#note(undefined);
      }
      at += 1;
    }
    this.#flush();
    return this.#pieces;
  }

  #variableAt(at: number): string | undefined {
    VARIABLE.lastIndex = at;
    return VARIABLE.exec(this.template)?.[1];
  }

  #slot(name: string, inString: boolean): void {
    this.#flush();
    const [key, last] = this.#last;
    const mark = typeof last === 'object' ? last.text : '';
    const isValue = !inString && this.#isJson && this.#depth > 0 && [':', ',', '['].includes(mark);
    const index = this.#pieces.length;
    const from = isValue && mark === ':' && typeof key === 'number' ? key : index;
    this.#pieces.push({ kind: 'slot', variable: parseVariable(name), place: isValue ? 'json' : 'text', from });
    if (!inString) this.#note(undefined);
  }

  #mark(text: string): void {
    this.#flush();
    const mark: Mark = { kind: 'mark', text };
    this.#pieces.push(mark);
    this.#note(mark);
    if (text === '{' || text === '[') this.#depth += 1;
    else if (text === '}' || text === ']') this.#depth -= 1;
  }

  #note(what: Mark | number | undefined): void {
    this.#last = [this.#last[1], what];
  }

  #flush(): void {
    if (this.#text === '') return;
    this.#pieces.push({ kind: 'text', text: this.#text });
    this.#text = '';
  }
}
