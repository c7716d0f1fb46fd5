const rows = (most) => async (event) => {
  for (const record of event.Records) {
    const { seats } = JSON.parse(record.body);
    const count = Math.max(0, Math.min(Number(seats) || 0, most));
    const free = [];
    for (let seat = 0; seat < count; seat += 1) free.push({ seat, taken: false });
    console.log('seats', free.length);
  }
};

exports.vulnerable = rows(Infinity);
exports.safe = rows(500);
