import { expect, it } from 'vitest';
import { SECURITY_HEADERS } from './browser.ts';

it('lets no browser run inline script or style, or frame us', () => {
  const policy = SECURITY_HEADERS['content-security-policy'] ?? '';
  expect(policy).toMatch(/^default-src 'self';/);
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe|\*|https?:/);
});

it('says what the guides ask for, word for word', () => {
  expect(SECURITY_HEADERS).toMatchObject({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'x-xss-protection': '1; mode=block',
    'referrer-policy': 'strict-origin-when-cross-origin',
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
  });
});
