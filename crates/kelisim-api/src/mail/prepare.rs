//! From a row of the outbox to a letter: who reads it, whether it is still due, and its bytes.
//!
//! The first attempt looks everything up, renders, and freezes the bytes under the case's key;
//! every later attempt sends the same bytes, unless the reader's address has changed, or the memorandum under which a
//! partner is told. Whether it may still be told (D25) is asked before every attempt: a memorandum can lapse between two.

use chrono::{DateTime, NaiveDate, Utc};
use kelisim_domain::{
    calendar::Zone,
    id::{AccountId, CaseId, ContactId, MediatorId},
    language::Language,
    memorandum::{Memorandum, NotCovered, Telling},
    notice::{DataLevel, NoticeKind, PartnerEvent, PartnerNotice, Payload},
    region::Region,
    sign_in::LinkKind,
    text::EmailAddress,
};
use kelisim_persistence::{
    Db, Defect, Error, Failpoints,
    store::{
        account::account_find,
        case_mail::{MailCase, case_for_mail},
        contact::contact_by_id,
        delivery::{Written, outbox_freeze},
        link::link_find,
        mediator::{mediator_by_id, mediator_name},
        memorandum::{memoranda_of_partner, memorandum_by_id},
        office::office_by_id,
        outbox::{Audience, Guarded, Lease, Message as Row, RecipientKind},
        partner::partner_by_id,
        region::region_find,
    },
    vault::{DataKey, Vault},
};
use lettre::{Address, message::Mailbox};

use crate::app::link::{account_key, secret_of};

use super::{
    case_news::{mediator_of, outdated},
    letter::Told,
    message::{Content, Message},
    render::render,
    words::own_words,
};

/// What every message of this installation shares.
#[derive(Debug, Clone)]
pub struct Post {
    /// The sender; its domain makes the Message-IDs.
    pub from: Mailbox,
    /// Where people reach the system: links begin with it; no slash at its end.
    pub public_url: String,
    /// Where staff's answers go, if not to the sender.
    pub reply_to_staff: Option<Mailbox>,
    /// Where partners' answers go: the region, never an office.
    pub reply_to_partner: Option<Mailbox>,
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prepared {
    /// To be sent to this address, exactly so.
    Ready(Address, Vec<u8>),
    /// No longer due, with the code of the reason.
    Cancel(String),
    /// A person must look at it first, with the code of the reason.
    Hold(&'static str),
    /// The lease was lost.
    Stale,
}

/// Why a message is not written; the inner code is what people see.
enum Stop {
    Cancel(String),
    Hold(&'static str),
    Store(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        match error {
            // What an erased case told is erased with it.
            Error::Erased => Stop::Cancel("erased".to_owned()),
            Error::NotFound => Stop::Hold("missing"),
            other => Stop::Store(other),
        }
    }
}

/// Makes the letter of a claimed row ready, inside the worker's transaction.
///
/// # Errors
/// Those of the database and the vault.
pub fn prepare(
    db: &mut Db,
    vault: &Vault,
    post: &Post,
    lease: &Lease,
    row: &Row,
    (now, faults): (DateTime<Utc>, &Failpoints),
) -> Result<Prepared, Error> {
    match written(db, vault, post, lease, row, (now, faults)) {
        Ok(prepared) => Ok(prepared),
        Err(Stop::Cancel(reason)) => Ok(Prepared::Cancel(reason)),
        Err(Stop::Hold(reason)) => Ok(Prepared::Hold(reason)),
        Err(Stop::Store(error)) => Err(error),
    }
}

fn written(
    db: &mut Db,
    vault: &Vault,
    post: &Post,
    lease: &Lease,
    row: &Row,
    (now, faults): (DateTime<Utc>, &Failpoints),
) -> Result<Prepared, Stop> {
    let kind = NoticeKind::ALL
        .iter()
        .copied()
        .find(|kind| kind.code() == row.kind)
        .ok_or(Stop::Hold("unknown_kind"))?;
    let payload: Payload =
        serde_json::from_value(row.payload.clone()).map_err(|_| Stop::Hold("unknown_payload"))?;
    let region = region_find(db, row.region)?;
    let today = region.zone.day(now);
    let case = match row.case {
        Some(id) => Some(case_for_mail(db, vault, row.region, id)?),
        None => None,
    };
    let case_now = case.as_ref();
    if let Some(reason) = case_now.and_then(|case| outdated(kind, row, &payload, case)) {
        return Err(Stop::Cancel(reason.to_owned()));
    }
    let reader = reader(db, vault, row, kind, region.zone)?;
    let mut told = match kind.partner_event() {
        Some(event) => Some(covered(db, row, event, &payload, case.as_ref(), today)?),
        None => None,
    };
    if let Some(told) = &mut told
        && faults.has(Defect::TellPartners)
    {
        told.terms.data_level = DataLevel::ProceduralWithRef;
    }
    if let Payload::Account { link } = &payload
        && !link_find(db, row.region, *link)?.works(now)
    {
        // Whoever gets a link that works no more asks what is wrong.
        return Err(Stop::Cancel("link_over".to_owned()));
    }
    if let (Some(key), Some(frozen)) = (row.data_key, &row.frozen) {
        let key = vault.key_open(db, row.region, key)?;
        let plain = key.open(&place(row), frozen)?;
        let (to, bytes) = thawed(&plain).ok_or(Stop::Hold("frozen"))?;
        // D24: what one memorandum allowed is not sent under another, which may allow less.
        let same = told
            .as_ref()
            .is_none_or(|one| Some(one.id) == row.memorandum);
        // Whoever has another address since then is written to anew; the old one gets nothing more.
        if same && to == reader.address {
            return Ok(Prepared::Ready(to, bytes));
        }
    }
    let content = match &told {
        Some(memorandum) => {
            partner_content(db, row, kind, &payload, case.as_ref(), memorandum, &reader)?
        }
        None if kind == NoticeKind::DocumentsExpiring => {
            documents_content(db, vault, row, &payload, reader.language)?
        }
        None if matches!(payload, Payload::Account { .. }) => {
            account_content(db, vault, post, row, &payload, now)?
        }
        None => content(db, post, row, kind, &payload, case.as_ref(), &reader)?,
    };
    let key = match (&case, &reader.key) {
        (Some(case), _) => case.key.clone(),
        (None, Some(key)) => key.clone(),
        (None, None) => match vault.key_of(db, row.region, ("outbox", row.id.0))? {
            Some(key) => key,
            None => vault.key_create(db, row.region, ("outbox", row.id.0), now)?,
        },
    };
    let message = addressed(post, row, &region, &reader, case.as_ref(), content, now);
    let bytes = render(&message, &post.from).map_err(|error| {
        tracing::error!(notice = %row.id, %error, "a message cannot be rendered");
        Stop::Hold("render")
    })?;
    let written = Written {
        language: reader.language,
        memorandum: told.map(|memorandum| memorandum.id).or(row.memorandum),
        data_key: key.id(),
        sealed: key.seal(&place(row), &frozen(&message.to, &bytes)),
    };
    match outbox_freeze(db, lease, &written)? {
        Guarded::Done => Ok(Prepared::Ready(message.to, bytes)),
        Guarded::Stale => Ok(Prepared::Stale),
    }
}

/// Who reads a message.
struct Reader {
    address: Address,
    language: Language,
    /// Where the reader's days begin.
    zone: Zone,
    /// The key of the reader's own register entry, for messages about no case.
    key: Option<DataKey>,
    /// Whether the reader is of the network and not of the partner.
    staff: bool,
}

fn reader(
    db: &mut Db,
    vault: &Vault,
    row: &Row,
    kind: NoticeKind,
    zone: Zone,
) -> Result<Reader, Stop> {
    let id = row.recipient.id;
    let (address, language, key) = match row.recipient.kind {
        RecipientKind::Mediator => {
            let sealed = mediator_by_id(db, vault, row.region, MediatorId(id))?;
            let entry = sealed.mediator.entry;
            let secrets = entry.secrets.into_revealed();
            // Somebody has to enter one; then "send again" sends it.
            let email = secrets.email.ok_or(Stop::Hold("no_address"))?;
            (email, entry.language, Some(sealed.key))
        }
        RecipientKind::Contact => {
            let sealed = contact_by_id(db, vault, row.region, ContactId(id))?;
            let contact = sealed.contact;
            if !contact.active {
                return Err(Stop::Cancel("contact_inactive".to_owned()));
            }
            if contact.verified_at.is_none() {
                return Err(Stop::Cancel("contact_unverified".to_owned()));
            }
            let email = contact.secrets.into_revealed().email;
            (email, contact.language, Some(sealed.key))
        }
        RecipientKind::Account => {
            let account = account_find(db, row.region, AccountId(id))?;
            if !account.active {
                return Err(Stop::Cancel("account_inactive".to_owned()));
            }
            (account.email, account.language, None)
        }
    };
    if kind.partner_event().is_some() && row.recipient.kind != RecipientKind::Contact {
        return Err(Stop::Hold("wrong_recipient"));
    }
    Ok(Reader {
        address: address_of(&email_text(&address)).ok_or(Stop::Hold("bad_address"))?,
        language,
        zone,
        key,
        staff: row.recipient.kind != RecipientKind::Contact,
    })
}

fn email_text(email: &EmailAddress) -> String {
    email.as_str().to_owned()
}

fn address_of(text: &str) -> Option<Address> {
    text.parse().ok()
}

/// The memorandum under which this may be told today (D25).
fn covered(
    db: &mut Db,
    row: &Row,
    event: PartnerEvent,
    payload: &Payload,
    case: Option<&MailCase>,
    today: NaiveDate,
) -> Result<Memorandum, Stop> {
    let (Payload::Referral { on, .. }, Some(case), Some(partner)) = (payload, case, row.partner)
    else {
        return Err(Stop::Hold("unknown_payload"));
    };
    let telling = Telling {
        event,
        category: &case.category,
        district: &case.district,
        event_day: *on,
        sending_day: today,
    };
    let mut memoranda = memoranda_of_partner(db, row.region, partner)?;
    // The one under which it was written, or that the event named, comes first: its reason is the one to show.
    memoranda.sort_by_key(|memorandum| Some(memorandum.id) != row.memorandum);
    let mut reason = None;
    for memorandum in memoranda {
        match memorandum.covers(&telling) {
            Ok(()) => return Ok(memorandum),
            Err(not) => reason = reason.or(Some(not)),
        }
    }
    let code = reason.map_or("no_memorandum", NotCovered::code);
    Err(Stop::Cancel(code.to_owned()))
}

fn partner_content(
    db: &mut Db,
    row: &Row,
    kind: NoticeKind,
    payload: &Payload,
    case: Option<&MailCase>,
    memorandum: &Memorandum,
    reader: &Reader,
) -> Result<Content, Stop> {
    let (Payload::Referral { on, outcome, own }, Some(case), Some(event)) =
        (payload, case, kind.partner_event())
    else {
        return Err(Stop::Hold("unknown_payload"));
    };
    let referral = case.referral.clone().ok_or(Stop::Hold("missing"))?;
    let mediator = match case.mediator {
        Some(id) if event != PartnerEvent::Received => {
            let names = mediator_name(db, row.region, id)?;
            Some(match reader.language {
                Language::Kk => names.kk.as_str().to_owned(),
                Language::Ru | Language::En => names.ru.as_str().to_owned(),
            })
        }
        _ => None,
    };
    let notice = PartnerNotice::build(
        memorandum.disclosure(),
        event,
        *on,
        referral.receipt_code,
        referral.reference,
        *outcome,
        mediator,
    )
    .ok_or_else(|| Stop::Cancel(NotCovered::CountsOnly.code().to_owned()))?;
    let own = match own {
        Some(own) => {
            Some(own_words(reader.language, own, *on, None).ok_or(Stop::Hold("unreadable_text"))?)
        }
        None => None,
    };
    Ok(Content::Case {
        notice,
        memorandum: memorandum.terms.number.clone(),
        own,
    })
}

fn content(
    db: &mut Db,
    post: &Post,
    row: &Row,
    kind: NoticeKind,
    payload: &Payload,
    case: Option<&MailCase>,
    reader: &Reader,
) -> Result<Content, Stop> {
    match (payload, case, row.case) {
        (Payload::Case { .. }, Some(case), Some(id)) => {
            let office = office_by_id(db, row.region, case.office)?.entry;
            let office = match reader.language {
                Language::Kk => office.name_kk,
                Language::Ru => office.name_ru,
                Language::En => office.name_en,
            };
            let (to, link) = (mediator_of(row), link(post, id));
            let told = Told {
                kind,
                to,
                payload,
                case,
                office: office.as_str(),
                link: &link,
            };
            told.content(reader.language, reader.zone)
                .ok_or(Stop::Hold("unknown_payload"))
        }
        (Payload::Memorandum { on }, _, _) => memorandum_content(db, row, kind, *on, reader),
        _ => Err(Stop::Hold("unknown_payload")),
    }
}

/// Whoever has brought new papers, or has left, is not told of.
fn documents_content(
    db: &mut Db,
    vault: &Vault,
    row: &Row,
    payload: &Payload,
    language: Language,
) -> Result<Content, Stop> {
    let Payload::Documents { mediator, until } = payload else {
        return Err(Stop::Hold("unknown_payload"));
    };
    let entry = mediator_by_id(db, vault, row.region, *mediator)?
        .mediator
        .entry;
    if entry.documents_valid_to != Some(*until) {
        return Err(Stop::Cancel("not_due".to_owned()));
    }
    let name = match language {
        Language::Kk => entry.name_kk,
        Language::Ru | Language::En => entry.name_ru,
    };
    Ok(Content::DocumentsExpiring {
        mediator: name.as_str().to_owned(),
        until: *until,
    })
}

/// The link is made from the key of the account: until now it stood nowhere.
fn account_content(
    db: &mut Db,
    vault: &Vault,
    post: &Post,
    row: &Row,
    payload: &Payload,
    now: DateTime<Utc>,
) -> Result<Content, Stop> {
    let Payload::Account { link } = payload else {
        return Err(Stop::Hold("unknown_payload"));
    };
    let link = link_find(db, row.region, *link)?;
    let account = account_find(db, row.region, link.account)?;
    let key = account_key(db, vault, row.region, link.account, now)?;
    Ok(Content::Account {
        is_new: link.kind == LinkKind::Invitation,
        name: account.name.as_str().to_owned(),
        link: format!("{}/link/{}", post.public_url, secret_of(&key, link.id)),
    })
}

fn memorandum_content(
    db: &mut Db,
    row: &Row,
    kind: NoticeKind,
    on: NaiveDate,
    reader: &Reader,
) -> Result<Content, Stop> {
    let id = row.memorandum.ok_or(Stop::Hold("unknown_payload"))?;
    let memorandum = memorandum_by_id(db, row.region, id)?;
    let partner = match (reader.staff, row.partner) {
        (true, Some(partner)) => {
            let entry = partner_by_id(db, row.region, partner)?.entry;
            let name = match reader.language {
                Language::Kk => entry.name_kk,
                Language::Ru => entry.name_ru,
                Language::En => entry.name_en,
            };
            Some(name.as_str().to_owned())
        }
        _ => None,
    };
    let from = memorandum.starts_on();
    let ends = memorandum.reminds_of();
    let terms = memorandum.terms;
    match kind {
        NoticeKind::MemorandumExpiring | NoticeKind::MemorandumExpired if ends != Some(on) => {
            Err(Stop::Cancel("not_due".to_owned()))
        }
        NoticeKind::MemorandumExpiring | NoticeKind::MemorandumExpired => {
            Ok(Content::MemorandumEnds {
                memorandum: terms.number,
                partner,
                until: on,
                is_last_day: kind == NoticeKind::MemorandumExpired,
            })
        }
        NoticeKind::MemorandumSigned => Ok(Content::MemorandumSigned {
            memorandum: terms.number,
            partner,
            from,
            until: terms.valid_to,
            level: terms.data_level,
            events: terms.events,
        }),
        NoticeKind::MemorandumTerminated => Ok(Content::MemorandumTerminated {
            memorandum: terms.number,
            partner,
            on: memorandum.terminated_on.unwrap_or(on),
        }),
        _ => Err(Stop::Hold("unknown_payload")),
    }
}

fn addressed(
    post: &Post,
    row: &Row,
    region: &Region,
    reader: &Reader,
    case: Option<&MailCase>,
    content: Content,
    now: DateTime<Utc>,
) -> Message {
    let reply_to = match row.audience {
        Audience::Staff => post.reply_to_staff.clone(),
        Audience::Partner => post.reply_to_partner.clone(),
    };
    Message {
        id: row.id,
        language: reader.language,
        network: region.names.get(reader.language).to_owned(),
        to: reader.address.clone(),
        reply_to,
        thread: case.map(|case| thread(&case.key, row)),
        at: now,
        content,
    }
}

/// One root per case and recipient: whoever lacks the key can neither guess it nor match two.
fn thread(key: &DataKey, row: &Row) -> [u8; 16] {
    let mac = key.mac(format!("mail.thread/{}", row.recipient.id).as_bytes());
    let mut root = [0; 16];
    root.copy_from_slice(&mac[..16]);
    root
}

fn link(post: &Post, case: CaseId) -> String {
    format!("{}/cases/{case}", post.public_url)
}

fn place(row: &Row) -> String {
    format!("outbox.frozen/{}", row.id)
}

/// The address stands before the bytes, so that both are sealed together.
fn frozen(to: &Address, bytes: &[u8]) -> Vec<u8> {
    let mut plain = to.to_string().into_bytes();
    plain.push(b'\n');
    plain.extend_from_slice(bytes);
    plain
}

fn thawed(plain: &[u8]) -> Option<(Address, Vec<u8>)> {
    let end = plain.iter().position(|byte| *byte == b'\n')?;
    let to = std::str::from_utf8(&plain[..end]).ok()?;
    Some((address_of(to)?, plain[end + 1..].to_vec()))
}
