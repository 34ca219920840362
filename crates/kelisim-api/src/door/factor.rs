//! Second factors: codes of an app (RFC 6238), and codes on paper for whoever has lost it.

use super::digest;
use crate::app::AppError;
use chrono::{DateTime, Utc};
use kelisim_domain::sign_in::RECOVERY_CODES;
use kelisim_persistence::Entropy;
use qrcodegen::{QrCode, QrCodeEcc};
use std::fmt::Write;
use totp_rs::{Builder, Secret, Totp};
use zeroize::Zeroizing;

/// Bytes of an app's secret: 160 bits, as RFC 4226 advises.
pub const SECRET_BYTES: usize = 20;
/// Letters and digits of a recovery code that nobody mixes up.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// Characters of a recovery code: 130 bits (R5).
const RECOVERY_CHARACTERS: usize = 26;

/// The secret of an app.
pub struct AppSecret(Zeroizing<Vec<u8>>);

impl AppSecret {
    /// A new one.
    pub fn generate(secrets: &dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new(vec![0; SECRET_BYTES]);
        secrets.fill(&mut bytes);
        AppSecret(bytes)
    }

    /// What was sealed.
    pub fn from_sealed(bytes: Vec<u8>) -> Self {
        AppSecret(Zeroizing::new(bytes))
    }

    /// What somebody typed into an app: none, when it is no secret.
    pub fn from_typed(text: &str) -> Option<Self> {
        let secret = Secret::try_from_base32(text).ok()?;
        Some(AppSecret(Zeroizing::new(secret.as_ref().to_vec())))
    }

    /// The bytes, to be sealed.
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }

    fn totp(&self, account: &str) -> Result<Totp, AppError> {
        Builder::new()
            .with_secret(self.0.to_vec())
            .with_issuer(Some("Kelisim"))
            // A colon would end the name of the issuer.
            .with_account_name(account.replace(':', " "))
            .build()
            .map_err(|error| AppError::Internal(format!("second factor: {error}")))
    }

    /// The time step of a code, if it is one of now or of half a minute before or after.
    ///
    /// # Errors
    /// A defect of the library.
    pub fn step_of(&self, code: &str, now: DateTime<Utc>) -> Result<Option<i64>, AppError> {
        let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
        let step = self.totp("")?.check(&digits, seconds);
        Ok(step.and_then(|step| i64::try_from(step).ok()))
    }

    /// The code of an instant: for tests and the demo.
    ///
    /// # Errors
    /// A defect of the library.
    pub fn code_at(&self, now: DateTime<Utc>) -> Result<String, AppError> {
        let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
        Ok(self.totp("")?.generate(seconds).to_string())
    }

    /// The secret as people type it into an app.
    ///
    /// # Errors
    /// A defect of the library.
    pub fn typed(&self) -> Result<String, AppError> {
        Ok(self.totp("")?.secret().to_base32())
    }

    /// The picture that an app reads: black on white whatever the page looks like, as SVG without a style.
    ///
    /// # Errors
    /// A defect of the libraries.
    pub fn picture(&self, account: &str) -> Result<String, AppError> {
        let url = self.totp(account)?.to_url();
        let url = url.map_err(|error| AppError::Internal(format!("second factor: {error}")))?;
        let code = QrCode::encode_text(&url, QrCodeEcc::Medium)
            .map_err(|error| AppError::Internal(format!("picture: {error}")))?;
        Ok(drawn(&code))
    }
}

/// Four empty squares on every side belong to the code.
fn drawn(code: &QrCode) -> String {
    let (size, whole) = (code.size(), code.size() + 8);
    let mut path = String::new();
    for y in 0..size {
        for x in (0..size).filter(|x| code.get_module(*x, y)) {
            // Writing into a text cannot fail.
            let _ = write!(path, "M{} {}h1v1h-1z", x + 4, y + 4);
        }
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {whole} {whole}\" shape-rendering=\"crispEdges\">\
         <rect width=\"{whole}\" height=\"{whole}\" fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>"
    )
}

/// A new set of recovery codes, as they are shown once, and the digests that are stored.
pub fn recovery_codes(secrets: &dyn Entropy) -> (Vec<String>, Vec<[u8; 32]>) {
    let code = |_| {
        let mut bytes = [0; RECOVERY_CHARACTERS];
        secrets.fill(&mut bytes);
        let letters = bytes.map(|byte| ALPHABET[usize::from(byte % 32)]);
        let groups = letters.chunks(5).map(|group| {
            let letters = group.iter().map(|letter| char::from(*letter));
            letters.collect::<String>()
        });
        groups.collect::<Vec<_>>().join("-")
    };
    let codes: Vec<String> = (0..RECOVERY_CODES).map(code).collect();
    let digests = codes.iter().map(|code| recovery_digest(code)).collect();
    (codes, digests)
}

/// The digest of a recovery code as somebody typed it: hyphens, spaces and small letters do not matter.
pub fn recovery_digest(code: &str) -> [u8; 32] {
    let letters = code.chars().filter(char::is_ascii_alphanumeric);
    let letters: String = letters.map(|c| c.to_ascii_uppercase()).collect();
    digest(&letters)
}

/// Whether somebody typed a recovery code into the field for codes: an app gives six digits.
pub fn looks_like_recovery(code: &str) -> bool {
    code.chars().filter(char::is_ascii_alphanumeric).count() > 8
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use kelisim_persistence::OsEntropy;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn the_codes_are_those_of_rfc_6238() {
        // Appendix B, SHA-1; the last six of its eight digits.
        let secret = AppSecret::from_sealed(b"12345678901234567890".to_vec());
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(secret.code_at(at(seconds)).unwrap(), code);
            let step = secret.step_of(code, at(seconds)).unwrap();
            assert_eq!(step, Some(seconds / 30));
        }
        assert_eq!(secret.typed().unwrap(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn a_code_holds_half_a_minute_more_and_no_longer() {
        let secret = AppSecret::generate(&OsEntropy);
        let now = at(1_800_000_000);
        let code = secret.code_at(now).unwrap();
        let step = |seconds| {
            let then = now + TimeDelta::seconds(seconds);
            secret.step_of(&code, then).unwrap()
        };
        assert_eq!(step(0), Some(60_000_000));
        assert_eq!(step(30), Some(60_000_000));
        assert_eq!(step(-30), Some(60_000_000));
        assert_eq!(step(90), None);
        let spaced = format!(" {} {} ", &code[..3], &code[3..]);
        assert!(secret.step_of(&spaced, now).unwrap().is_some());
        for wrong in ["", "12345", "abcdef", "+12345", "1234567"] {
            assert_eq!(secret.step_of(wrong, now).unwrap(), None, "{wrong}");
        }
    }

    #[test]
    fn r05_a_recovery_code_has_130_bits_and_is_typed_in_any_way() {
        let (codes, digests) = recovery_codes(&OsEntropy);
        assert_eq!((codes.len(), digests.len()), (10, 10));
        let letters = codes[0].replace('-', "");
        assert_eq!(letters.len(), 26);
        let typed = letters.to_lowercase();
        assert_eq!(recovery_digest(&format!(" {typed} ")), digests[0]);
        assert!(looks_like_recovery(&codes[0]) && !looks_like_recovery("123 456"));
    }

    #[test]
    fn the_picture_has_neither_script_nor_style() {
        let secret = AppSecret::generate(&OsEntropy);
        let picture = secret.picture("aigul@example.kz").unwrap();
        assert!(picture.starts_with("<svg ") && picture.contains("viewBox"));
        assert!(!picture.contains("style") && !picture.contains("script"));
    }
}
