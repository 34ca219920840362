//! `mail test`: one letter, and the step of sending that fails.

use super::{Failure, arguments::MailCommand, print, serve::runtime, sources};
use crate::{
    config::Config,
    locale,
    mail::{
        message::{Content, Message},
        probe::{Probe, probe},
        render::render,
        transport::{Fault, Letter, Phase},
    },
    outgoing, region,
};
use kelisim_domain::{id::NoticeId, language::Language, text::EmailAddress};
use kelisim_persistence::{Failpoints, entropy::new_id};

pub(super) fn run(command: MailCommand, config: &Config) -> Result<(), Failure> {
    let MailCommand::Test { to } = command;
    EmailAddress::parse(&to).map_err(|_| {
        Failure::Usage(format!(
            "--to {to} is not an address such as aigul@example.kz"
        ))
    })?;
    let letter = letter(config, &to)?;
    let transport = outgoing::transport(config, &Failpoints::NONE).map_err(Failure::Failed)?;
    let probe = runtime()?.block_on(probe(transport.as_ref(), &letter));
    for step in &probe.passed {
        eprintln!("  ok      {}", step.code());
    }
    finish(&probe)
}

fn letter(config: &Config, to: &str) -> Result<Letter, Failure> {
    let sources = sources();
    let now = sources.clock.now();
    let language = config.region.languages.first().copied().unwrap_or_default();
    let to: lettre::Address = to
        .parse()
        .map_err(|error| Failure::Usage(format!("--to: {error}")))?;
    let message = Message {
        id: NoticeId(new_id(now, sources.entropy.as_ref())),
        to: to.clone(),
        language,
        at: now,
        content: Content::Test,
        thread: None,
        reply_to: None,
        network: network(config, language),
    };
    Ok(Letter {
        id: message.id.0,
        kind: Content::Test.code().to_owned(),
        from: config.mail.from.email.clone(),
        to,
        bytes: render(&message, &config.mail.from).map_err(Failure::failed)?,
        at: now,
    })
}

/// The region's name; a region of nobody's files is called by its code.
fn network(config: &Config, language: Language) -> String {
    match region::find(&config.region.code) {
        Ok(Some(region)) => region.head.name.get(language).to_owned(),
        _ => config.region.code.to_string(),
    }
}

fn finish(probe: &Probe) -> Result<(), Failure> {
    let sentence = locale::text(Language::En, &probe.key());
    match &probe.fault {
        None => {
            eprintln!("{sentence}");
            print(&format!("{}\n", probe.reply.as_deref().unwrap_or_default()))
        }
        Some(fault) => {
            eprintln!("  FAILED  {}", words(fault));
            Err(Failure::Failed(sentence))
        }
    }
}

fn words(fault: &Fault) -> String {
    let step: Phase = fault.phase;
    match fault.code {
        Some(code) => format!("{}: {code} {}", step.code(), fault.detail),
        None => format!("{}: {}", step.code(), fault.detail),
    }
}
