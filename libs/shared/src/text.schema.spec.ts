import { describe, it } from 'node:test';
import { expect } from 'expect';
import { limitSchema, textSchema, usernameSchema } from './text.schema.js';

describe('a text', () => {
  const schema = textSchema(1, 5);

  it('is trimmed before it is measured', () => {
    expect(schema.parse('  abc  ')).toBe('abc');
    expect(schema.safeParse('   ').success).toBe(false);
    expect(schema.safeParse('abcdef').success).toBe(false);
  });

  it('has no control characters, no broken Unicode, and takes all else', () => {
    for (const bad of ['a\0b', 'a\nb', 'a\u007f', 'a\ud800', '\udc00a', 'a\ufffd'])
      expect(schema.safeParse(bad).success).toBe(false);
    for (const good of ['Zoë', '日本', "O'N", '😀']) expect(schema.parse(good)).toBe(good);
  });
});

describe('a username', () => {
  it('is 2 to 64 letters, digits, dots, dashes or underscores', () => {
    for (const good of ['jo', 'a.b-c_9', 'x'.repeat(64)]) expect(usernameSchema.parse(good)).toBe(good);
    expect(usernameSchema.parse(' john ')).toBe('john');
    for (const bad of ['j', 'x'.repeat(65), 'jo hn', 'jo#hn', 'jöhn', 'john\0', ''])
      expect(usernameSchema.safeParse(bad).success).toBe(false);
  });
});

describe('a limit', () => {
  it('is 1 to 100, and has a default', () => {
    const schema = limitSchema(10);
    expect(schema.parse(undefined)).toBe(10);
    expect(schema.parse('1')).toBe(1);
    expect(schema.parse('100')).toBe(100);
    for (const bad of ['0', '101', '-1', '1.5', '1e1', '', 'ten', '١'])
      expect(schema.safeParse(bad).success).toBe(false);
  });
});
