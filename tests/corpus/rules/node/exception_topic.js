exports.vulnerable = async (event) => {
  for (const { Sns } of event.Records) {
    const { due } = JSON.parse(Sns.Message);
    console.log('due', new Date(due).toISOString());
  }
};

exports.safe = async (event) => {
  for (const { Sns } of event.Records) {
    const { due } = JSON.parse(Sns.Message);
    const day = new Date(String(due));
    console.log('due', Number.isNaN(day.getTime()) ? 'some day' : day.toISOString());
  }
};
