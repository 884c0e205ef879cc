// A small stock service on loopback for the flow beside it. Prints its address and serves until it
// is stopped. The first request for a desk is answered with 503, so that the flow's retry shows.
import { createServer } from 'node:http';

const stock = { lamp: 12, desk: 3, chair: 0, shelf: 7 };
const prices = { lamp: 24.5, desk: 189, chair: 49.9, shelf: 79 };
let desksAsked = 0;

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const answer = (status, body) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  if (url.pathname === '/prices') {
    const product = url.searchParams.get('product') ?? '';
    answer(200, { product, amount: Object.hasOwn(prices, product) ? prices[product] : null });
    return;
  }
  const product = decodeURIComponent(url.pathname.replace('/stock/', ''));
  if (product === 'desk' && desksAsked++ === 0) answer(503, { error: 'counting, ask again' });
  else if (!Object.hasOwn(stock, product)) answer(404, { error: 'no such product' });
  else answer(200, { product, count: stock[product] });
});

server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  const address = server.address();
  console.log(`http://127.0.0.1:${typeof address === 'object' && address ? address.port : ''}`);
});
