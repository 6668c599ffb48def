// Checks a server with node-redis: default settings, RESP3 and RESP2. Usage: check.mjs HOST:PORT

import assert from "node:assert/strict";
import { createRequire } from "node:module";

// `import` ignores NODE_PATH, `require` does not.
const { createClient } = createRequire(import.meta.url)("redis");
const url = `redis://${process.argv[2]}`;

async function check(options) {
  const client = createClient({ url, ...options });
  await client.connect();
  await client.flushAll();
  assert.equal(await client.ping(), "PONG");

  assert.equal(await client.set("greeting", "hello", { EX: 100 }), "OK");
  assert.equal(await client.get("greeting"), "hello");
  assert.equal(await client.get("none"), null);
  assert.equal(await client.ttl("greeting"), 100);
  assert.deepEqual(await client.mGet(["greeting", "none"]), ["hello", null]);
  assert.equal(await client.incrBy("count", 41), 41);
  assert.equal(await client.hSet("h", { x: "1", y: "2" }), 2);
  assert.deepEqual({ ...(await client.hGetAll("h")) }, { x: "1", y: "2" });
  assert.deepEqual(await client.zAdd("z", { score: 1.5, value: "m" }), 1);
  assert.equal(await client.zScore("z", "m"), 1.5);
  await assert.rejects(client.incr("greeting"), /not an integer/);
  assert.deepEqual(await client.multi().incr("n").incr("n").get("n").exec(), [1, 2, "2"]);

  // Concurrent requests.
  const numbers = Array.from({ length: 1000 }, (_, number) => number);
  await Promise.all(numbers.map((number) => client.set(`k${number}`, `${number}`)));
  const values = await Promise.all(numbers.map((number) => client.get(`k${number}`)));
  assert.deepEqual(values, numbers.map(String));
  const keys = [];
  for await (const found of client.scanIterator({ MATCH: "k*" })) keys.push(...found);
  assert.equal(new Set(keys).size, 1000);

  const subscriber = client.duplicate();
  await subscriber.connect();
  const got = [];
  let arrived;
  const all = new Promise((resolve) => (arrived = resolve));
  await subscriber.subscribe("news", (message) => {
    got.push(message);
    if (got.length === 100) arrived();
  });
  for (let number = 0; number < 100; number++) {
    assert.equal(await client.publish("news", `${number}`), 1);
  }
  await all;
  assert.deepEqual(got, numbers.slice(0, 100).map(String));
  await subscriber.unsubscribe("news");
  // After a subscription, node-redis returns buffers on this connection; with Redis, too.
  assert.equal(`${await subscriber.ping()}`, "PONG");
  assert.equal(`${await subscriber.get("greeting")}`, "hello");
  await subscriber.close();
  await client.close();
}

await check({});
await check({ RESP: 3 });
await check({ RESP: 2 });
console.log("node-redis passed");
