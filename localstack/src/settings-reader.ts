/** Reads variables one by one and keeps what is wrong with them, so that all mistakes are told together. */
import { StartError } from './start-error.js';

export class SettingsReader {
  private readonly mistakes: string[] = [];

  constructor(private readonly environment: NodeJS.ProcessEnv) {}

  /** The variable's text, or `fallback` where it is not set or empty. */
  text(name: string, fallback: string): string {
    return this.environment[name] || fallback;
  }

  /** A whole number from 0 to `most`. */
  whole(name: string, fallback: number, most: number): number {
    const text = this.environment[name] ?? '';
    if (text === '') return fallback;
    const value = Number(text);
    if (/^\d+$/.test(text) && value <= most) return value;
    this.mistake(`${name} is "${text}"; give a whole number from 0 to ${most}`);
    return fallback;
  }

  oneOf<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const text = this.environment[name] ?? '';
    const choice = choices.find((candidate) => candidate === text);
    if (text !== '' && choice === undefined) this.mistake(`${name} is "${text}"; choose one of ${choices.join(', ')}`);
    return choice;
  }

  /** The origin of an HTTP server, such as `http://localstack:4566`. */
  origin(name: string, fallback?: string): string {
    const text = this.environment[name] || fallback;
    if (text !== undefined && URL.canParse(text) && new URL(text).protocol === 'http:') return new URL(text).origin;
    const way = 'give an address such as http://localstack:4566';
    this.mistake(text === undefined ? `${name} is not set; ${way}` : `${name} is "${text}"; ${way}`);
    return '';
  }

  mistake(what: string): void {
    this.mistakes.push(what);
  }

  /** @throws StartError naming each variable that cannot be used */
  assertUsable(): void {
    if (this.mistakes.length > 0) throw new StartError(this.mistakes.join('\n'));
  }
}
