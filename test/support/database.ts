import { connect } from 'node:net';
import pg from 'pg';
import { ASK_PORT } from './database-server.ts';

export interface TestDatabase {
  /** Of a superuser; the database is empty. */
  readonly url: string;
  /** Drops the database, also when something is still connected to it. */
  close(): Promise<void>;
}

/** A fresh, empty database in the one PostgreSQL that runs for the whole test run. */
export async function testDatabase(): Promise<TestDatabase> {
  const base = await serverUrl();
  const name = `test_${process.pid}_${Math.random().toString(36).slice(2, 12)}`;
  await execute(base, `create database ${name} template template0`);
  const url = new URL(base);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    close: () => execute(base, `drop database if exists ${name} with (force)`),
  };
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Asks the process that owns the run; the first question starts PostgreSQL. */
async function serverUrl(): Promise<string> {
  const port = Number(process.env[ASK_PORT]);
  if (!(port > 0)) throw new Error('testDatabase() works under vitest with its globalSetup');
  const text = await new Promise<string>((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1');
    socket.setEncoding('utf8');
    socket.on('data', (part: string) => {
      received += part;
    });
    socket.once('error', reject);
    socket.once('end', () => resolve(received));
  });
  if (text.startsWith('!')) throw new Error(`PostgreSQL for the tests did not start: ${text}`);
  return text;
}
