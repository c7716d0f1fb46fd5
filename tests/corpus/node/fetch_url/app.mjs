const allowed = new Set(['images.example.com']);

async function size(url) {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(1000), redirect: 'error' });
    return (await answer.arrayBuffer()).byteLength;
  } catch {
    return 0;
  }
}

export async function vulnerable(event) {
  const { avatar } = JSON.parse(event.body);
  return { statusCode: 200, body: JSON.stringify({ size: await size(avatar.url) }) };
}

export async function safe(event) {
  const { avatar } = JSON.parse(event.body);
  const url = URL.canParse(avatar.url) ? new URL(avatar.url) : null;
  if (url === null || url.protocol !== 'https:' || url.port || !allowed.has(url.hostname)) {
    return { statusCode: 400, body: 'host not allowed' };
  }
  return { statusCode: 200, body: JSON.stringify({ size: await size(url) }) };
}
