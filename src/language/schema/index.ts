export { checkSchema, type SchemaIssue } from './check-schema.ts';
export { schemaIssues } from './schema-issues.ts';
