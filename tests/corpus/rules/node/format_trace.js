exports.vulnerable = async (event) => {
  for (const { Sns } of event.Records) {
    const { title } = JSON.parse(Sns.Message);
    console.log(`notice ${title}`, Sns.MessageId);
  }
};

exports.safe = async (event) => {
  for (const { Sns } of event.Records) {
    const { title } = JSON.parse(Sns.Message);
    console.log('notice %s', title, Sns.MessageId);
  }
};
