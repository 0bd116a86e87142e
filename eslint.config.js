import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import globals from 'globals';
import tseslint from 'typescript-eslint';
import rooms from './lint/plugin.js';

const ENVIRONMENT_RULE =
  'The environment is read in src/config alone: take the value from the config object.';
// A leading underscore says: left unused on purpose, the signature asks for it.
const UNUSED_RULE = { argsIgnorePattern: '^_', varsIgnorePattern: '^_$', ignoreRestSiblings: true };
const PAGE_RULE = [
  {
    group: ['**/src/**', 'node:*'],
    message: 'The page takes from elsewhere only what console/src/api/{contract,views}.ts name.',
  },
];

export default defineConfig(
  { ignores: ['**/dist/', 'dist-bench/', 'dist-chaos/', 'dist-rolling/', 'data/', 'coverage/'] },
  {
    files: ['**/*.{js,mjs,ts,tsx}'],
    extends: [js.configs.recommended],
    languageOptions: { globals: globals.node },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      curly: ['error', 'multi-line'],
      'no-unused-vars': ['error', UNUSED_RULE],
    },
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', UNUSED_RULE],
    },
  },
  {
    files: ['src/**/*.ts'],
    plugins: { rooms },
    rules: {
      'rooms/arrows': 'error',
      'rooms/no-import-cycle': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/config/**', 'src/main.ts', 'src/commands/**', 'src/**/*.spec.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: ENVIRONMENT_RULE },
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: ['process', 'node:process'].map((name) => ({
            name,
            importNames: ['env'],
            message: ENVIRONMENT_RULE,
          })),
        },
      ],
    },
  },
  {
    files: ['client/src/**/*.ts', 'console/src/**/*.{ts,tsx}'],
    rules: { '@typescript-eslint/no-explicit-any': 'error' },
  },
  {
    files: ['console/src/**/*.{ts,tsx}'],
    ignores: ['console/src/api/{contract,views}.ts', 'console/src/**/*.spec.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: PAGE_RULE }] },
  },
  {
    files: [
      'test/**/*.ts',
      'src/**/*.spec.ts',
      '{client,console,simulator}/test/**/*.ts',
      'console/screenshots/**/*.ts',
      '{client,console,simulator}/src/**/*.spec.ts',
    ],
    rules: {
      // A frame from the wire is read as the test expects it; a wrong guess fails the test by itself.
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
);
