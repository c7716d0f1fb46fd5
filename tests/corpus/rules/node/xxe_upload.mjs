import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ParseOption, XmlDocument, xmlRegisterInputProvider } from 'libxml2-wasm';
import { fsInputProviders } from 'libxml2-wasm/lib/nodejs.mjs';

xmlRegisterInputProvider(fsInputProviders);
const s3 = new S3Client({});

const reader = (option) => async (event) => {
  for (const { s3: place } of event.Records) {
    const Key = decodeURIComponent(place.object.key.replace(/\+/g, ' '));
    try {
      const object = await s3.send(new GetObjectCommand({ Bucket: place.bucket.name, Key }));
      const document = XmlDocument.fromBuffer(await object.Body.transformToByteArray(), { option });
      console.log('read', document.root.content.length, 'signs');
      document.dispose();
    } catch {
      console.log('unreadable');
    }
  }
};

export const vulnerable = reader(ParseOption.XML_PARSE_NOENT);
export const safe = reader(ParseOption.XML_PARSE_DEFAULT);
