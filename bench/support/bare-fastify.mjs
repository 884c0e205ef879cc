// The peer of bench/execute.mjs: bare fastify that checks a body and inserts one row for each
// request. Started with PORT and DATABASE_URL; says `listening`.
import Fastify from 'fastify';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 8 });
await pool.query(
  'create table if not exists bare (id bigserial primary key, body json, at bigint)',
);
const server = Fastify();
const schema = {
  body: {
    type: 'object',
    required: ['inputs'],
    properties: { inputs: { type: 'object', properties: { name: { type: 'string' } } } },
  },
};
server.post('/insert', { schema }, async (request) => {
  const { rows } = await pool.query({
    name: 'put',
    text: 'insert into bare (body, at) values ($1, $2) returning id',
    values: [JSON.stringify(request.body), Date.now()],
  });
  return { id: rows[0].id, greeting: `Hello ${request.body.inputs.name}` };
});
await server.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
console.log('listening');
