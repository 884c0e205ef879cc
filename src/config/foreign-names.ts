/**
 * Settings of the five systems that nothing here uses yet, so that `config check` can say so
 * instead of calling them mistakes. A name moves from here into the aliases of a setting when the
 * setting comes. `*` stands for any ending.
 */
export const NOT_USED_YET: readonly string[] = [
  // Several systems
  'OPENAI_API_KEY',
  'ANTHROPIC_API_KEY',
  'GEMINI_API_KEY',
  'GOOGLE_API_KEY',
  // SeriesOfTubes
  'FILE_SECURITY_ENABLED',
  'MINIO_*',
  // Agentic Workflow Engine
  'WEBSOCKET_PING_INTERVAL',
  'WEBSOCKET_TIMEOUT',
  // Crucible
  'ROUNDTABLE_*',
  // FlowRunner
  'FLOWRUNNER_*',
  // FFmpeg API
  'ENABLE_METRICS',
  'ENABLE_VIRUS_SCAN',
  'FFMPEG_*',
  'JOB_RETENTION_DAYS',
  'MAX_CONCURRENT_JOBS_PER_KEY',
  'MAX_JOB_DURATION',
  'MAX_UPLOAD_SIZE',
  'STORAGE_CONFIG',
  'WEBHOOK_MAX_RETRIES',
  'WEBHOOK_TIMEOUT',
];

/** Settings of the five systems that have another way here, each with that way. */
export const ANOTHER_WAY: Readonly<Record<string, string>> = {
  API_VERSION: 'The API is at /api/v1.',
  API_WORKERS: 'Run `sluice worker` as often as you like, on one DATABASE_URL.',
  CORS_ALLOW_CREDENTIALS: 'Pages of CORS_ORIGINS may always use cookies; those of * never.',
  DEBUG: 'Set LOG_LEVEL=debug.',
  FLOWRUNNER_TOKEN_EXPIRATION: 'Set ACCESS_TOKEN_EXPIRE_MINUTES to 60 times as much.',
  ROUNDTABLE_REFRESH_TOKEN_EXPIRY_MINUTES: 'Set REFRESH_TOKEN_EXPIRE_DAYS.',
  ROUNDTABLE_JWT_ALGORITHM: 'Tokens are signed with HS256, and no other algorithm is taken.',
  FLOWRUNNER_STORAGE_TYPE: 'Everything is in PostgreSQL; set DATABASE_URL for one of your own.',
  FLOWRUNNER_POSTGRES_HOST: 'Write it into DATABASE_URL.',
  FLOWRUNNER_POSTGRES_PORT: 'Write it into DATABASE_URL.',
  FLOWRUNNER_POSTGRES_USER: 'Write it into DATABASE_URL.',
  FLOWRUNNER_POSTGRES_PASSWORD: 'Write it into DATABASE_URL.',
  FLOWRUNNER_POSTGRES_DATABASE: 'Write it into DATABASE_URL.',
  GRAFANA_PASSWORD: 'Give it to Grafana; the server does not use it.',
  LOG_FILE: 'The log goes to standard error; send it to a file: sluice start 2>> sluice.log',
  POSTGRES_PASSWORD: 'Write it into DATABASE_URL; the embedded database makes one of its own.',
  RELOAD: 'The server does not reload its code.',
  ROUNDTABLE_DB_MAX_OVERFLOW: 'DATABASE_POOL_SIZE is the whole pool.',
  SQL_ECHO: 'Set LOG_LEVEL=debug.',
  STRUCTURED_LOGGING: 'The log of a server is always structured.',
};

/** Whether a variable is a setting of one of the five systems that nothing uses yet. */
export function isNotUsedYet(name: string): boolean {
  return NOT_USED_YET.some((known) => {
    return known.endsWith('*') ? name.startsWith(known.slice(0, -1)) : name === known;
  });
}
