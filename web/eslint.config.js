import vue from 'eslint-plugin-vue'
import accessibility from 'eslint-plugin-vuejs-accessibility'
import typescript from 'typescript-eslint'
import { places } from './scripts/places.js'

const CLIENT = { name: 'better-auth/vue', message: 'Import { auth } from "@/auth".' }

export default typescript.config(
  { ignores: ['dist/', 'node_modules/'] },
  ...typescript.configs.recommended,
  ...vue.configs['flat/recommended'],
  ...accessibility.configs['flat/recommended'],
  {
    files: ['**/*.{ts,vue,js,mjs}'],
    rules: {
      'max-len': ['error', { code: 120, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true,
        ignorePattern: '^import ' }],
      'max-lines': ['error', 400],
      'max-lines-per-function': ['error', 40],
      'no-console': ['error', { allow: ['error'] }],
      'no-restricted-imports': ['error', { paths: [CLIENT] }],
      eqeqeq: 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: typescript.parser } },
    rules: {
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/block-order': ['error', { order: ['script', 'template'] }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/define-macros-order': 'error',
      'max-len': 'off',
      'vue/max-len': ['error', { code: 120, template: 130, ignoreHTMLAttributeValues: true, ignoreHTMLTextContents: true,
        ignoreStrings: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true }],
      'vue/max-attributes-per-line': ['error', { singleline: 5, multiline: 1 }],
      // What people read is in web/locales, in every language: t('…').
      'vue/no-bare-strings-in-template': ['error', {
        attributes: { '/.+/': ['title', 'aria-label', 'aria-description', 'alt', 'placeholder', 'label', 'text', 'hint', 'description'] },
        allowlist: ['·', '.', ',', ':', '404', 'better-auth'],
      }],
      'vue/no-static-inline-styles': 'error',
      'vue/no-undef-components': 'error',
      'vue/no-unused-refs': 'error',
      'vue/no-useless-v-bind': 'error',
      'vue/no-v-html': 'error',
      'vue/require-default-prop': 'off',
      'vue/singleline-html-element-content-newline': 'error',
      // The label holds its input, or names it by its id: either is enough.
      'vuejs-accessibility/label-has-for': ['error', { required: { some: ['nesting', 'id'] } }],
    },
  },
  {
    files: ['src/**/*.{ts,vue}'],
    plugins: { house: { rules: { places } } },
    rules: {
      'house/places': 'error',
      // Types are checked together with those of the tests, which know Node.js; browsers do not.
      'no-restricted-globals': ['error', 'process', 'Buffer', 'global', 'require', 'module', '__dirname', '__filename'],
      'no-restricted-imports': ['error', { paths: [CLIENT], patterns: ['node:*'] }],
    },
  },
  // A page is named as its address, a layout as pages.json has it.
  { files: ['src/features/*/pages/**', 'src/shell/layouts/*'], rules: { 'vue/multi-word-component-names': 'off' } },
  { files: ['src/client.ts', 'tests/client_methods.js'], rules: { 'no-restricted-imports': 'off' } },
  { files: ['scripts/**'], rules: { 'no-console': 'off' } },
  { files: ['tests/**'], rules: { 'max-lines-per-function': 'off', 'vue/one-component-per-file': 'off' } },
)
