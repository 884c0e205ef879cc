import { SECRET_LIMITS } from '../base/index.ts';

/** Random bytes of the operating system in hex, two characters a byte: crypto's `randomToken`. */
export type RandomText = (bytes: number) => string;

/** A new key for ADMIN_API_KEYS: 256 random bits behind a name that scanners can look for. */
export function newAdminKey(random: RandomText): string {
  return `sluice_${random(SECRET_LIMITS.generatedBytes)}`;
}

/**
 * The text of a `.env` with fresh secrets, each line explained, and templates for what production
 * adds (claims G1.002, G1.010 to G1.014, G4.183). The passwords of the templates are fresh too, so
 * that nothing in the file is an example.
 */
export function generateDotenv(random: RandomText): string {
  const secret = () => random(SECRET_LIMITS.generatedBytes);
  return `# Settings of one Sluice server, written by \`sluice config generate\`.
#
# This file holds secrets: keep its mode at 0600, and never commit or send it.
# Every other setting: docs/reference/settings.md. Is all well? sluice config check

# --- Secrets -----------------------------------------------------------------------------------

# Signs the access tokens of people. Whoever has it can sign in as anyone.
# A new one signs everybody out; nothing else is lost.
JWT_SECRET_KEY=${secret()}

# Signs the tokens that renew a sign-in. It is not the same secret, so that one leak is not two.
JWT_REFRESH_SECRET_KEY=${secret()}

# Encrypts what the server keeps secret for you, such as the keys of model providers.
# Keep a copy apart from the backups of the database: without this key they cannot be read again.
ENCRYPTION_KEY=${secret()}

# API keys that may do everything, with commas between them. Send one as the header X-API-Key.
# To replace a key, add the new one, change what uses the old one, then remove the old one.
ADMIN_API_KEYS=${newAdminKey(random)}

# --- People ------------------------------------------------------------------------------------

# The first start makes an admin of this name and shows the password once. For one of your own, put
# the hash there that sluice hash-password prints.
#ADMIN_USERNAME=admin
#ADMIN_PASSWORD=

# Who may become a person here: closed (admins add them), invitation, or open.
#SIGN_UP=invitation

# --- Where the server listens ------------------------------------------------------------------

# Only programs of this machine can connect. For others, put a proxy with TLS before the server.
HOST=127.0.0.1
PORT=8000

# The folder for the database and for large values.
DATA_DIR=./data

${productionTemplates(secret)}`;
}

function productionTemplates(secret: () => string): string {
  return `# --- For production: remove the # and put in your own names -----------------------------

# Refuses to start on connections that others could listen to, instead of warning.
#SLUICE_ENV=production

# The address that people use. HTTPS, since API keys travel in every request.
#BASE_URL=https://sluice.example.com

# The proxy with TLS before the server: what it says of a request's origin is believed, and nobody
# else's word is.
#TRUSTED_PROXIES=127.0.0.1

# Pages of other origins that may use the API, with commas between them. Never *.
#CORS_ORIGINS=https://app.example.com

# A PostgreSQL of yours instead of the one that the server runs. sslmode=require encrypts the
# connection; verify-full also checks whom you talk to (DATABASE_SSL_ROOT_CERT names its authority).
#DATABASE_URL=postgresql://sluice:${secret()}@db.example.com:5432/sluice?sslmode=require

# The same database as a user who may change tables, and as one who may only read. Both optional.
#DATABASE_MIGRATION_URL=postgresql://sluice_owner:${secret()}@db.example.com:5432/sluice?sslmode=require
#DATABASE_READ_URL=postgresql://sluice_reader:${secret()}@db.example.com:5432/sluice?sslmode=require

# The day on which the database's password was changed, such as 2026-11-21: sluice doctor reminds.
#DATABASE_PASSWORD_SET_ON=

# A Redis in which several servers count requests together, for the rate limits. Always with
# its password (requirepass); with users of Redis 6 and later, redis://user:password@host. rediss://
# encrypts the connection.
#REDIS_URL=redis://:${secret()}@redis.example.com:6379/0

# The least important lines of the log: debug, info, warn or error.
#LOG_LEVEL=info
`;
}
