import nunjucks from 'nunjucks';

const environment = new nunjucks.Environment(null, { autoescape: true });

export const vulnerable = async ({ detail }) => {
  try {
    return { text: environment.renderString(detail.letter.text, { place: 'Oslo' }) };
  } catch {
    return { text: null };
  }
};

export const safe = async ({ detail }) => ({
  text: environment.renderString('{{ text }} from {{ place }}', {
    text: detail.letter.text,
    place: 'Oslo',
  }),
});
