// What turns a declaration into a graph. Heavy: brings the schema library, and the translator when it is called for.
export { type CompileInput, compilePipeline } from './compile/compile-pipeline.ts';
export type { DeclarationFile } from './define/declaration-file.ts';
export { parsePipeline } from './define/parse-pipeline.ts';
export type { Pipeline, PipelineDeclaration } from './define/pipeline-schema.ts';
export { loadTranslator } from './sql/translator.ts';
export { parseTests, type TestFile } from './unit-test/parse-tests.ts';
