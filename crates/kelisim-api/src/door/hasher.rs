//! Hashes passwords with argon2id, a few at a time: each takes 19 MiB, and a flood of them must not take all there is (R8).

use crate::app::AppError;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use kelisim_domain::sign_in::Password;
use kelisim_persistence::Entropy;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::Semaphore;

/// Memory of one hash, in KiB: 19 MiB.
const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over it.
const PASSES: u32 = 2;
/// Hashes that are worked out at once (R8).
const AT_ONCE: usize = 4;
/// Hashes that may wait; one more is answered busy.
const WAITING_MOST: usize = 64;
/// Bytes of a salt.
const SALT_BYTES: usize = 16;

/// Hashes passwords.
pub struct Hasher {
    places: Arc<Semaphore>,
    waiting: AtomicUsize,
    /// The hash of a password that nobody has: for whoever is not there the same is worked out.
    nobody: Arc<str>,
}

impl Default for Hasher {
    fn default() -> Self {
        Hasher {
            places: Arc::new(Semaphore::new(AT_ONCE)),
            waiting: AtomicUsize::new(0),
            nobody: "$argon2id$v=19$m=19456,t=2,p=1$a2VsaXNpbS1ub2JvZHkhIQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".into(),
        }
    }
}

impl Hasher {
    /// The hash of a new password.
    ///
    /// # Errors
    /// Busy, when too many wait.
    pub async fn hash(
        &self,
        password: Password,
        secrets: &dyn Entropy,
    ) -> Result<String, AppError> {
        let salt = salt(secrets);
        self.work(move || hash_now(&password, &salt)).await?
    }

    /// Whether a password is the one of a hash; of nobody's, when there is none. Both take the same time.
    ///
    /// # Errors
    /// Busy, when too many wait.
    pub async fn verify(&self, password: Password, hash: Option<String>) -> Result<bool, AppError> {
        let (is_somebody, nobody) = (hash.is_some(), Arc::clone(&self.nobody));
        let fits = self
            .work(move || {
                let hash = hash.as_deref().unwrap_or(&nobody);
                let found = argon2().verify_password(password.reveal().as_bytes(), hash);
                found.is_ok()
            })
            .await?;
        Ok(fits && is_somebody)
    }

    async fn work<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, AppError> {
        let waiting = Waiting::enter(&self.waiting)?;
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.map_err(|_| AppError::Internal("the hasher is closed".into()))?;
        drop(waiting);
        let done = tokio::task::spawn_blocking(move || {
            let value = job();
            drop(place);
            value
        });
        done.await
            .map_err(|_| AppError::Internal("a hash was not worked out".into()))
    }
}

/// A place among those who wait.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn enter(count: &'a AtomicUsize) -> Result<Self, AppError> {
        if count.fetch_add(1, Ordering::Relaxed) >= WAITING_MOST {
            count.fetch_sub(1, Ordering::Relaxed);
            return Err(AppError::Busy);
        }
        Ok(Waiting(count))
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The hash of a password, worked out on this thread: for commands, which nobody floods.
///
/// # Errors
/// A defect of the library.
pub fn hash_blocking(password: &Password, secrets: &dyn Entropy) -> Result<String, AppError> {
    hash_now(password, &salt(secrets))
}

fn salt(secrets: &dyn Entropy) -> [u8; SALT_BYTES] {
    let mut salt = [0; SALT_BYTES];
    secrets.fill(&mut salt);
    salt
}

fn hash_now(password: &Password, salt: &[u8]) -> Result<String, AppError> {
    let hash = argon2().hash_password_with_salt(password.reveal().as_bytes(), salt);
    hash.map(|hash| hash.to_string())
        .map_err(|error| AppError::Internal(format!("argon2: {error}")))
}

fn argon2() -> Argon2<'static> {
    // The numbers are within the bounds of the library, which a test shows.
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kelisim_persistence::OsEntropy;

    fn password(text: &str) -> Password {
        Password::offered(text)
    }

    #[tokio::test]
    async fn r08_a_hash_is_argon2id_with_the_parameters_that_the_rule_names() {
        let hasher = Hasher::default();
        let hash = hasher.hash(password("жылқы"), &OsEntropy).await.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        let again = hasher.hash(password("жылқы"), &OsEntropy).await.unwrap();
        assert_ne!(hash, again, "a salt of its own");
        assert!(
            hasher
                .verify(password("жылқы"), Some(hash.clone()))
                .await
                .unwrap()
        );
        assert!(!hasher.verify(password("сиыр"), Some(hash)).await.unwrap());
    }

    #[tokio::test]
    async fn r12_nobody_has_a_password_and_it_is_worked_out_all_the_same() {
        let hasher = Hasher::default();
        assert!(!hasher.verify(password(""), None).await.unwrap());
        let parsed = argon2::PasswordHash::new(&hasher.nobody).unwrap();
        let params = Params::try_from(&parsed).unwrap();
        assert_eq!(
            (params.m_cost(), params.t_cost(), params.p_cost()),
            (MEMORY_KIB, PASSES, 1)
        );
    }

    #[tokio::test]
    async fn r08_a_flood_waits_and_is_then_told_that_it_is_too_much() {
        let hasher = Hasher::default();
        let all = Arc::clone(&hasher.places);
        let held = all
            .acquire_many(u32::try_from(AT_ONCE).unwrap())
            .await
            .unwrap();
        hasher.waiting.store(WAITING_MOST, Ordering::Relaxed);
        let refused = hasher.verify(password("x"), None).await;
        assert!(matches!(refused, Err(AppError::Busy)), "{refused:?}");
        assert_eq!(hasher.waiting.load(Ordering::Relaxed), WAITING_MOST);
        drop(held);
        hasher.waiting.store(0, Ordering::Relaxed);
        assert!(!hasher.verify(password("x"), None).await.unwrap());
        assert_eq!(hasher.waiting.load(Ordering::Relaxed), 0);
    }
}
