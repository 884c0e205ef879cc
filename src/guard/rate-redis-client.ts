/**
 * The package as a module of its own, loaded where somebody has a Redis. It is CommonJS: imported
 * by its names it gives them in the bundle too, where `import()` of it gives `default` alone.
 */
export { createClient, defineScript } from '@redis/client';
