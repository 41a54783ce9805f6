// Deliveries by e-mail, over SMTP.
import { createTransport } from 'nodemailer';
import { InputError } from '../../domain/input-error.ts';
import type { Due } from '../../ports/office/notifications.ts';

export type MailSettings = { readonly url: string; readonly from: string };

/** From SMTP_URL and SMTP_FROM; undefined where SMTP_URL is not set. Throws InputError that names the setting. */
export function mailSettings(env: Readonly<Record<string, string | undefined>>): MailSettings | undefined {
  const { SMTP_URL: url, SMTP_FROM: from } = env;
  if (!url) return undefined;
  if (!/^smtps?:\/\/./.test(url))
    throw new InputError('SMTP_URL must look like smtp://user:password@host:587.');
  if (!from?.includes('@'))
    throw new InputError('SMTP_URL is set; SMTP_FROM must be the address that mail comes from.');
  return { url, from };
}

export type Mail = { send(due: Due): Promise<void>; close(): void };

export function openMail({ url, from }: MailSettings, publicUrl: string | undefined): Mail {
  const transport = createTransport(url);
  return {
    async send({ id, event, payload, channel }) {
      const said = JSON.parse(payload) as { subject?: string; topReason?: string; who?: string };
      const title = [event, said.subject, said.topReason ?? said.who].filter(Boolean).join(', ');
      const link =
        publicUrl && said.subject?.startsWith('alert ')
          ? `\n\n${publicUrl}/alerts?alert=${said.subject.slice(6)}`
          : '';
      await transport.sendMail({
        from,
        to: channel.target,
        subject: `Goshawk: ${title}`.replaceAll(/[\r\n]+/g, ' ').slice(0, 200),
        text: `${JSON.stringify(said, null, 2)}${link}\n`,
        headers: { 'X-Goshawk-Delivery': String(id) },
      });
    },
    close: () => transport.close(),
  };
}
