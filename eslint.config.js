import { existsSync } from 'node:fs';
import tseslint from 'typescript-eslint';

/** What is not installed has no types, and every use of it would be an error. */
const unread = existsSync(new URL('./cdktf/node_modules/cdktf', import.meta.url)) ? [] : ['cdktf/**'];

/** Warnings are errors here (`--max-warnings 0`): a rule that may be ignored is not a rule. */
export default tseslint.config(
  { ignores: ['dist/**', '**/node_modules/**', '.tabletop/**', 'cdktf.out/**', ...unread] },
  ...tseslint.configs.recommendedTypeChecked.map((config) => ({ ...config, files: ['**/*.ts'] })),
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'max-lines': ['error', { max: 400, skipBlankLines: false, skipComments: false }],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    // node:test returns promises from describe() and it() that the runner itself awaits.
    files: ['**/*.spec.ts', 'test/**/*.ts'],
    rules: { '@typescript-eslint/no-floating-promises': 'off', '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    // A move from cdktf to its successor is an edit of two files.
    files: ['cdktf/**/*.ts'],
    ignores: ['cdktf/src/lib/cdk.ts', 'cdktf/src/lib/aws.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [{ regex: '^(cdktf|constructs|@cdktf)(/|$)', message: 'Import it from src/lib/cdk.ts or aws.ts.' }],
        },
      ],
    },
  },
  {
    files: ['cdktf/src/lib/aws.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { name: '@cdktf/provider-aws', message: 'Import the module of one resource.' },
      ],
    },
  },
);
