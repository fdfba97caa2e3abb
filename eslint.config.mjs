import path from "node:path";
import js from "@eslint/js";
import importX from "eslint-plugin-import-x";
import jsdoc from "eslint-plugin-jsdoc";
import noInstanceof from "eslint-plugin-no-instanceof";
import tseslint from "typescript-eslint";

/** The layers of lib/, the lowest first: a file imports from its own layer or from one below. */
const LAYERS = [
  "framework",
  "validation",
  "document",
  "remote",
  "host",
  "zato",
  "content",
  "load-balancing",
  "deployment",
  "testing",
];

/** Entry points of their own stand beside load-balancing: what is below is theirs, what is above is not. */
const ENTRY_POINTS = ["aws", "f5", "citrix"];

const EXPORTED = [
  "ClassDeclaration",
  "FunctionDeclaration",
  "TSInterfaceDeclaration",
  "TSTypeAliasDeclaration",
  "TSEnumDeclaration",
].map((declaration) => `ExportNamedDeclaration > ${declaration}`);

const OPTIONAL_PROP =
  "TSInterfaceDeclaration[id.name=/(Props|Options|Requirements)$/] > TSInterfaceBody > TSPropertySignature[optional=true]";

/** Imports that `import-x/no-cycle` passes over: with them it would not see a circle of types. */
const UNSEEN_IMPORTS = [
  "ImportDeclaration[importKind='type'][source.value=/^\\./]",
  "ImportDeclaration[source.value=/^\\./] > ImportSpecifier[importKind='type']",
  "TSImportType[source.value=/^\\./]",
].map((selector) => ({
  selector,
  message: "Import types like values, so that circles of files are found in any case.",
}));

const NODE_GLOBALS = Object.fromEntries(
  ["__dirname", "console", "module", "process", "require"].map((name) => [name, "readonly"]),
);

const folder = (name) => path.join(import.meta.dirname, "lib", name);

/** Which folders must not be imported from which. */
function layerZones() {
  const below = LAYERS.indexOf("load-balancing");
  const inLayers = LAYERS.map((layer, height) => ({
    layer,
    forbidden: [...LAYERS.slice(height + 1), ...ENTRY_POINTS],
  }));
  const inEntryPoints = ENTRY_POINTS.map((layer) => ({
    layer,
    forbidden: [...LAYERS.slice(below + 1), ...ENTRY_POINTS.filter((other) => other !== layer)],
  }));
  return [...inLayers, ...inEntryPoints].map(({ layer, forbidden }) => ({
    target: folder(layer),
    from: forbidden.map(folder),
    message: `a file of lib/${layer} imports only from its own layer or from one below`,
  }));
}

export default tseslint.config(
  {
    ignores: [
      "**/node_modules/",
      "**/dist/",
      "**/cdktf.out/",
      "coverage/",
      ".jest-cache/",
      "lab/.state*/",
      "lab/.cache/",
      "scripts/try-package/", // compiled against the packed library, by scripts/try-package.sh
      "scripts/cdktn/framework/", // compiled against cdktn, by scripts/cdktn/try.sh
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ["*.js", "*.mjs", "scripts/*.js"] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    plugins: { "import-x": importX, jsdoc, "no-instanceof": noInstanceof },
    settings: {
      "import-x/extensions": [".ts"],
      "import-x/parsers": { "@typescript-eslint/parser": [".ts"] },
      "import-x/resolver-next": [importX.createNodeResolver({ extensions: [".ts", ".js", ".json"] })],
    },
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              regex: "^@(cdktf|cdktn)/provider-[^/]+(/lib)?(/index)?$",
              message: "Import the class's own file: the barrel costs seconds and hundreds of megabytes.",
            },
          ],
        },
      ],
      "import-x/no-cycle": ["error", { ignoreExternal: true }],
      "import-x/no-self-import": "error",
      "no-instanceof/no-instanceof": "error",
      "@typescript-eslint/consistent-type-exports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      eqeqeq: "error",
    },
  },
  {
    files: ["lib/**/*.ts"],
    rules: {
      "import-x/no-restricted-paths": ["error", { zones: layerZones() }],
      "no-restricted-syntax": ["error", ...UNSEEN_IMPORTS],
      "@typescript-eslint/explicit-function-return-type": ["error", { allowExpressions: true }],
      "@typescript-eslint/explicit-member-accessibility": [
        "error",
        { overrides: { constructors: "no-public", parameterProperties: "off" } },
      ],
      "jsdoc/require-jsdoc": [
        "error",
        {
          require: { FunctionDeclaration: false },
          contexts: [...EXPORTED, OPTIONAL_PROP],
          enableFixer: false,
        },
      ],
      "jsdoc/require-description": ["error", { contexts: [...EXPORTED, OPTIONAL_PROP] }],
      "jsdoc/no-restricted-syntax": [
        "error",
        {
          contexts: [
            {
              context: OPTIONAL_PROP,
              comment: "JsdocBlock:not(:has(JsdocTag[tag=default]))",
              message: "What a user may leave out has a documented @default.",
            },
          ],
        },
      ],
      "jsdoc/check-tag-names": ["error", { definedTags: ["default", "attribute", "hidden"], typed: true }],
      "jsdoc/no-types": "error",
      "jsdoc/check-alignment": "error",
    },
  },
  {
    // Of examples their own tsconfig.json is for copies of them: here tsc checks their types.
    files: ["**/*.js", "**/*.mjs", "examples/**/*.ts"],
    ...tseslint.configs.disableTypeChecked,
  },
  {
    files: ["scripts/docs/*.mjs"],
    languageOptions: { globals: { ...NODE_GLOBALS, URL: "readonly" } },
  },
  {
    files: ["scripts/**/*.js", "*.config.js"],
    languageOptions: { sourceType: "commonjs", globals: NODE_GLOBALS },
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
  {
    // Some of its functions run in a browser.
    files: ["scripts/docs/browse.js"],
    languageOptions: {
      globals: { document: "readonly", getComputedStyle: "readonly", location: "readonly", URL: "readonly" },
    },
  },
);
